/* The lines of limits that trunks, trunk groups, peers and users have alike. For *_vty.c only. Control thread. */
#pragma once

struct call_limits;
struct config_report;
struct rate;
struct vty;

/* whose: "peer p"; line: where it begins in the file. */
void limits_check_calls(const struct call_limits *limits, const char *whose, int line,
			struct config_report *report);
void limits_write_calls(const struct call_limits *limits, struct vty *vty);
/* " limit calls-per-second 5 burst 7", with the name that it is given, if it is not what holds by default. */
void limits_write_rate(const char *name, const struct rate *rate, const struct rate *usual,
		       struct vty *vty);
