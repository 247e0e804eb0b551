/* See mock_log.h. */
#include "tests/mock/mock_log.h"

#include <stdio.h>
#include <string.h>

static char mock_log_lines[MOCK_LOG_LINES][MOCK_LOG_OCTETS];
static unsigned mock_log_n;
static int mock_log_category;

static void on_log(struct log_target *target, int subsys, unsigned level, const char *file,
		   int line, int cont, const char *format, va_list ap)
{
	(void)target, (void)file, (void)line, (void)cont;
	if (subsys == mock_log_category && level >= LOGL_NOTICE)
		vsnprintf(mock_log_lines[mock_log_n++ % MOCK_LOG_LINES], MOCK_LOG_OCTETS, format,
			  ap);
}

void mock_log_start(int category)
{
	static struct log_target *target;

	mock_log_n = 0;
	mock_log_category = category;
	memset(mock_log_lines, 0, sizeof(mock_log_lines));
	if (target)
		return;
	log_init(&log_categories, NULL);
	target = log_target_create();
	target->raw_output = on_log;
	log_set_all_filter(target, 1);
	log_add_target(target);
}

const char *mock_log_find(const char *text)
{
	for (unsigned i = 0; i < MOCK_LOG_LINES && i < mock_log_n; i++) {
		const char *line = mock_log_lines[(mock_log_n - 1 - i) % MOCK_LOG_LINES];

		if (strstr(line, text))
			return line;
	}
	return NULL;
}

unsigned mock_log_count(const char *text)
{
	unsigned n = 0;

	for (unsigned i = 0; i < MOCK_LOG_LINES; i++)
		n += strstr(mock_log_lines[i], text) != NULL;
	return n;
}
