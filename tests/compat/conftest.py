# Scripts for processes of their own, in which Lightly can be imported.
collect_ignore_glob = ["client/*"]
