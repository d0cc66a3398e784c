# Scripts for separate processes, in which Lightly can be imported.
collect_ignore_glob = ["client/*"]
