/* Calls at a time, as trunks, trunk groups, peers and users limit them. Pure. */
#pragma once

/* 0: no limit. Which way is in is said where there is one. */
struct call_limits {
	unsigned calls, calls_in, calls_out; /* calls: both ways together */
};
