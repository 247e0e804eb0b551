/* libpri's lines: "> Message Type: INFORMATION (123)", then for its elements "> [2c 01 35]" (octets), "> Keypad
 * Facility (len= 3) [ 5 ]" and "> Called Party Number (len= 4) [ Ext: 1  TON: ...  '5' ]". */
#include "pstn/isdn/trace.h"

#include <string.h>

/* To the end of the line: what is hidden may hold any character. */
static void hide_behind(char *line, char begin)
{
	char *from = strchr(line, begin);

	while (from && *++from) {
		if (*from != ' ')
			*from = '*';
	}
}

void trace_line(struct trace *trace, char *line)
{
	if (strstr(line, "Message Type:"))
		trace->information = strstr(line, "INFORMATION");
	if (!trace->information || trace->digits)
		return;
	if (strstr(line, "Called Party Number"))
		hide_behind(line, '\'');
	else if (strstr(line, "Keypad Facility") || strstr(line, "[2c ") || strstr(line, "[70 "))
		hide_behind(line, '[');
}
