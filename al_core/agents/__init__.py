from al_core.agents.agent import ActiveLearningAgent

__all__ = ["ActiveLearningAgent"]
