/* The running configuration and those before it: what every way to change it (CLI, HTTP API) does in the end.
 * Control thread. */
#pragma once

#include <stdbool.h>

struct config;
struct config_report;

enum { COMMIT_HISTORY_MAX = 20, COMMIT_MINUTES_MAX = 1440 };

/* Validates the configuration and carries the gateway over to it; what ran before becomes history. who: for the audit
 * log, "cli 127.0.0.1:51234"; comment: for it, too, why; "" for none. False with the faults in the report: what runs is unchanged. It confirms, too, what
 * was not confirmed. */
bool commit_apply(const struct config *to, const char *who, const char *comment,
		  struct config_report *report);
/* The same, but goes back by itself after so many minutes, also when the process ends before: the file is not written
 * meanwhile. Going back that fails is an alarm, and tried again every minute; it still waits to be confirmed. */
bool commit_apply_confirmed(const struct config *to, const char *who, const char *comment,
			    unsigned minutes, struct config_report *report);
/* False: nothing waited for it. */
bool commit_confirm(const char *who);
bool commit_is_unconfirmed(void);
/* Until it goes back by itself; 0: nothing waits to be confirmed. */
unsigned commit_unconfirmed_s(void);
/* Goes back at once, as it would by itself. False: nothing waits to be confirmed, or the faults are in the report and
 * it still does. */
bool commit_go_back(const char *who, struct config_report *report);
/* Another one whenever the running configuration is. */
unsigned commit_number(void);

/* back commits before the running one (0: that itself); NULL: there are not as many. */
const struct config *commit_before(unsigned back);
unsigned commit_history(void); /* how many there are before it */

/* Whether two configurations are one, as text. */
bool commit_same(const struct config *a, const struct config *b);
/* What would change, as a diff without secrets; "" for nothing. talloc'd; NULL without memory. */
char *commit_diff(void *talloc_ctx, const struct config *from, const struct config *to);

/* Told when an unconfirmed configuration was taken back. One listener; NULL: none. */
void commit_on_return(void (*returned)(void));
