/* The registrar's users, by name and by number. Control thread; the table owns its users, a user its bindings. */
#pragma once

#include "call/target.h"
#include "sip/guard/limits.h"
#include "sip/registrar/binding.h"
#include "sip/registrar/registrar_config.h"

struct registrar;
struct users;

struct user {
	struct user_config config;
	struct bindings bindings;
	struct limits *limits; /* of all its calls, which hold it too: they may outlive the user */
	struct registrar *owner;
	struct target target; /* data: the user */
	bool dirty;           /* its bindings are not as they are kept */
};

/* Takes the configured users over, sorted; those of the same name in from (NULL: none) give their bindings and
 * limits up to the new table, and so do those that have calls and are configured no more. NULL without memory, then
 * from is as it was. */
struct users *users_new(void *talloc_ctx, const struct registrar_config *config,
			struct users *from);
struct user *users_by_name(const struct users *users, const char *name);
struct user *users_by_number(const struct users *users, const char *number);
/* One that is configured no more and has calls yet: they may ask for things in its name. NULL: there is none. */
struct user *users_former(const struct users *users, const char *name);
/* The user of that name, else of that number, else of whose own numbers (`numbers`) it is. */
struct user *users_find(const struct users *users, const char *who);
size_t users_count(const struct users *users);
struct user *users_at(const struct users *users, size_t i);
