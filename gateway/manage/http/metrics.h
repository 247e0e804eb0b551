/* Everything that the gateway counts, as Prometheus reads it. Control thread. */
#pragma once

#include <stddef.h>
#include <stdio.h>

struct gateway;

/* The whole, malloc'd; NULL: no memory. */
char *metrics_text(struct gateway *gateway, size_t *len);

/* Its parts. */
void metrics_line(FILE *file, struct gateway *gateway);  /* spans, trunks, channels */
void metrics_calls(FILE *file, struct gateway *gateway); /* calls, their quality, peers, sound */
void metrics_system(FILE *file,
		    struct gateway *gateway); /* alarms, media, auditor, guard, process */
