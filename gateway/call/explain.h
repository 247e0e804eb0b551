/* Who wants to know how a decision is made: each step of it as a line of text, while it is made. What decides takes a
 * pointer, NULL when nobody listens, and is the same either way. Control thread. */
#pragma once

struct explain {
	void (*step)(void *data, const char *text);
	void *data;
};

/* Nothing when explain is NULL. Long text is cut. */
void explain_step(const struct explain *explain, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
