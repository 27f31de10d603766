cadence "next_follow_up" {
  none_yet { "NEW" },
}
