#include "call/explain.h"

#include <stdarg.h>
#include <stdio.h>

enum { STEP_MAX = 256 };

void explain_step(const struct explain *explain, const char *format, ...)
{
	char text[STEP_MAX];
	va_list args;

	if (!explain)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	explain->step(explain->data, text);
}
