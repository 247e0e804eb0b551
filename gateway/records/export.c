#include "records/export.h"

#include <errno.h>
#include <string.h>

#include "records/query.h"
#include "records/schema.h"

struct export
{
	FILE *to;
	enum export_format format;
	bool starved; /* there was no memory for a record */
};

/* The whole record is in JSON: CSV has the rest. */
static bool is_column(size_t i)
{
	return schema_column(i)->path[0];
}

static void put_field(FILE *to, const char *text)
{
	if (!text[strcspn(text, "\",\r\n")]) {
		fputs(text, to);
		return;
	}
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

/* The names, or a row's values. */
static void put_line(FILE *to, const struct schema_row *row)
{
	const char *between = "";

	for (size_t i = 0; i < schema_columns(); i++) {
		const char *text = row ? schema_value(row, i) : schema_column(i)->name;

		if (!is_column(i))
			continue;
		fputs(between, to);
		between = ",";
		if (text)
			put_field(to, text);
	}
	fputs("\r\n", to);
}

static bool on_record(void *data, const char *record)
{
	struct export *export = data;
	struct schema_row *row;
	int rc;

	if (export->format == EXPORT_JSON) {
		fprintf(export->to, "%s\n", record);
	} else {
		rc = schema_row(record, strlen(record), &row);
		if (rc == 0) {
			put_line(export->to, row);
			schema_row_free(row);
		}
		export->starved = rc == -ENOMEM;
	}
	return !export->starved && !ferror(export->to);
}

int records_export(FILE *to, enum export_format format, const char *path, const char *from,
		   const char *until)
{
	const struct records_query query = { .by = QUERY_ALL, .from = from, .until = until };
	struct export export = { .to = to, .format = format };
	char error[STORE_ERROR_MAX];
	int rc;

	if (format == EXPORT_CSV)
		put_line(to, NULL);
	rc = records_ask(path, &query, on_record, &export, error);
	if (rc < 0)
		fprintf(stderr, "%s: %s\n", path, error);
	if (export.starved) {
		fprintf(stderr, "out of memory: not all records are written\n");
		rc = -ENOMEM;
	}
	if (fflush(to) || ferror(to)) {
		fprintf(stderr, "cannot write: %s\n", strerror(errno));
		rc = -EIO;
	}
	return rc;
}
