/* Prometheus' text format: names, labels escaped, numbers. */
#include "manage/http/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

void metric_family(FILE *file, const char *name, const char *type, const char *help)
{
	fprintf(file, "# HELP " METRIC("%s") " %s\n# TYPE " METRIC("%s") " %s\n", name, help, name,
		type);
}

/* The format has UTF-8; of what came over a wire nothing but ASCII is taken. */
static void put_value(FILE *file, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", file);
		else if (*text == '\\' || *text == '"')
			fprintf(file, "\\%c", *text);
		else
			fputc((unsigned char)*text < 0x80 ? *text : '?', file);
}

static void put_number(FILE *file, double number)
{
	if (number == floor(number) && fabs(number) < 1e15)
		fprintf(file, " %.0f\n", number);
	else
		fprintf(file, " %.9g\n", number);
}

static void put_label(FILE *file, const char *key, const char *value, bool first)
{
	fprintf(file, "%s%s=\"", first ? "{" : ",", key);
	put_value(file, value);
	fputc('"', file);
}

void metric_sample(FILE *file, const char *name, double number, const char *const *labels)
{
	const char *const *label = labels;

	fprintf(file, METRIC("%s"), name);
	for (; label && *label; label += 2)
		put_label(file, label[0], label[1], label == labels);
	if (label != labels)
		fputc('}', file);
	put_number(file, number);
}

static double number_at(const struct metric *metric, const void *object)
{
	const void *at = (const char *)object + metric->at;
	unsigned small;
	uint64_t large;

	if (metric->kind == METRIC_UNSIGNED) {
		memcpy(&small, at, sizeof(small));
		return small;
	}
	memcpy(&large, at, sizeof(large));
	return (double)large;
}

/* Whether it is the first of its name. */
static bool begins(const struct metric *table, size_t i)
{
	return i == 0 || strcmp(table[i - 1].name, table[i].name) != 0;
}

static void put_metric(FILE *file, const struct metric *metric, const char *label,
		       const void *objects, size_t n, size_t size)
{
	for (size_t i = 0; i < n; i++) {
		const void *object = (const char *)objects + i * size;
		const char *name;

		memcpy(&name, object, sizeof(name));
		metric_sample(file, metric->name, number_at(metric, object),
			      LABELS(label, name, metric->key, metric->value));
	}
}

void metric_table(FILE *file, const struct metric *table, size_t n_table, const char *label,
		  const void *objects, size_t n, size_t size)
{
	for (size_t i = 0; i < n_table; i++) {
		if (begins(table, i))
			metric_family(file, table[i].name, table[i].type, table[i].help);
		put_metric(file, &table[i], label, objects, n, size);
	}
}

void metric_record(FILE *file, const struct metric *table, size_t n_table, const void *object)
{
	for (size_t i = 0; i < n_table; i++) {
		if (begins(table, i))
			metric_family(file, table[i].name, table[i].type, table[i].help);
		metric_sample(file, table[i].name, number_at(&table[i], object),
			      LABELS(table[i].key, table[i].value));
	}
}
