/* Prometheus' text format 0.0.4, written by hand: families, and their samples right after them. Control thread. */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define METRIC(name) "crosspoint_" name

/* What a number of a status value is to Prometheus. */
struct metric {
	const char *name; /* without "crosspoint_" */
	const char *type; /* "counter", "gauge" */
	const char *help;
	size_t at; /* offset, in the status value, of the number */
	enum metric_kind { METRIC_UNSIGNED, METRIC_U64 } kind;
	const char *key,
		*value; /* one label more; NULL: none. Metrics of one name follow each other */
};
#define METRIC_OF(name, type, help, object, member, key, value)                                    \
	{                                                                                          \
		name, type, help, offsetof(struct object, member),                                 \
			sizeof(((struct object *)0)->member) == 8 ? METRIC_U64 : METRIC_UNSIGNED,  \
			key, value                                                                 \
	}

/* "# HELP", "# TYPE"; name without "crosspoint_". */
void metric_family(FILE *file, const char *name, const char *type, const char *help);
/* A sample; labels: pairs of a name and a value, up to a name that is NULL; or NULL for none. */
#define LABELS(...) ((const char *const[]){ __VA_ARGS__, NULL })
void metric_sample(FILE *file, const char *name, double number, const char *const *labels);
/* The families of a table, of n objects, each size octets and named by its first member, a const char *: the
 * value of the label. */
void metric_table(FILE *file, const struct metric *table, size_t n_table, const char *label,
		  const void *objects, size_t n, size_t size);
/* The same of one object without a name. */
void metric_record(FILE *file, const struct metric *table, size_t n_table, const void *object);
