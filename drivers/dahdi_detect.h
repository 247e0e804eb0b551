/* crosspoint --detect: what DAHDI has in this machine, as comments of a configuration, and one to start from. */
#pragma once

#include <stddef.h>
#include <stdio.h>

/* A line on a card that the gateway can drive, with what such a line usually has. */
struct dahdi_line {
	unsigned span;          /* DAHDI's number, from 1 */
	const char *type;       /* as the configuration has it: "e1", "t1", "bri" */
	unsigned d_channel;     /* timeslot */
	const char *b_channels; /* "1-15,17-31" */
	char name[80];          /* as the driver tells it; not to be trusted to be printable */
};

/* 0, or -errno with the reason and what helps on stderr. Opens nothing that a call could use. */
int dahdi_detect(FILE *out);

/* The lines that can be driven, at most n of them; how many. Where DAHDI is not there, none; nothing is printed. */
size_t dahdi_detect_lines(struct dahdi_line *lines, size_t n);
