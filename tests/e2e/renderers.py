"""Scripts for a page that make the map draw in another way than it would in this browser."""

AS_IF_ON_A_GRAPHICS_CARD = """
const { getParameter } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  return [0x1f01, 0x9246].includes(name) ? "graphics card" : getParameter.call(this, name);
};"""
SCRIPTS = {"raster": "", "webgl2": AS_IF_ON_A_GRAPHICS_CARD}
