#define PCRE2_CODE_UNIT_WIDTH 8

#include "call/pattern.h"

#include <stdio.h>
#include <string.h>

#include <osmocom/core/talloc.h>
#include <pcre2.h>

enum { MATCH_LIMIT = 20000, DEPTH_LIMIT = 1000, HEAP_LIMIT_KB = 256 };

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
};

static int pattern_destructor(struct pattern *pattern)
{
	pcre2_match_context_free(pattern->limits);
	pcre2_match_data_free(pattern->data);
	pcre2_code_free(pattern->code);
	return 0;
}

static bool make_ready(struct pattern *pattern)
{
	pattern->data = pcre2_match_data_create(1, NULL);
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->data || !pattern->limits)
		return false;
	pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(pattern->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KB);
	/* Where there is no compiler for the machine, the interpreter does. */
	pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE | PCRE2_JIT_PARTIAL_HARD);
	return true;
}

struct pattern *pattern_new(void *talloc_ctx, const char *text, char *why, size_t size)
{
	struct pattern *pattern = talloc_zero(talloc_ctx, struct pattern);
	unsigned char message[100] = "";
	PCRE2_SIZE at = 0;
	int error = 0;

	snprintf(why, size, "out of memory");
	if (!pattern)
		return NULL;
	talloc_set_destructor(pattern, pattern_destructor);
	pattern->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
				      PCRE2_ANCHORED | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF,
				      &error, &at, NULL);
	if (!pattern->code) {
		pcre2_get_error_message(error, message, sizeof(message));
		snprintf(why, size, "%s, after %zu characters", (const char *)message, (size_t)at);
	}
	if (!pattern->code || !make_ready(pattern)) {
		talloc_free(pattern);
		return NULL;
	}
	return pattern;
}

enum pattern_answer pattern_match(const struct pattern *pattern, const char *digits,
				  bool incomplete)
{
	int rc = pcre2_match(pattern->code, (PCRE2_SPTR)digits, strlen(digits), 0,
			     incomplete ? PCRE2_PARTIAL_HARD : 0, pattern->data, pattern->limits);

	if (rc >= 0)
		return PATTERN_YES;
	/* PCRE2 never takes nothing at all for a part of a match. */
	return incomplete && (rc == PCRE2_ERROR_PARTIAL || !*digits) ? PATTERN_OPEN : PATTERN_NO;
}
