/* What a server that is asked about a call answers: a JSON object. What is taken of it is whole and within its bounds. */
#include "call/lookup_answer.c"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_text(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lookup_answer out;
	char text[LOOKUP_WHY_MAX];

	lookup_answer_parse((const char *)data, size, &out);
	if (!leg_is_number(out.number.digits) || !is_text(out.name, sizeof(out.name)) ||
	    !is_text(out.route, sizeof(out.route)) || !is_text(out.to.name, sizeof(out.to.name)))
		__builtin_trap();
	if ((out.result == LOOKUP_REFUSED) != (out.cause != 0) || out.cause > CAUSE_LAST)
		__builtin_trap();
	if ((out.result == LOOKUP_FAILED) != (*out.why != '\0'))
		__builtin_trap();
	lookup_answer_text(&out, text, sizeof(text));
	if (!is_text(text, sizeof(text)) || !*text)
		__builtin_trap();
	return 0;
}
