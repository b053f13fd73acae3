"""Several servers in place of one: a Redis Cluster, Redis behind Sentinel, replicas."""
