/* Users in sorted arrays: they change with the configuration alone. */
#include "sip/registrar/users.h"

#include <stdlib.h>
#include <string.h>

#include <osmocom/core/talloc.h>

struct number {
	const char *digits;
	struct user *user;
};

struct users {
	struct user **all; /* by name */
	size_t n;
	struct number *numbers; /* by digits */
	size_t n_numbers;
	struct user **former; /* configured no more, with calls yet */
	size_t n_former;
	struct number *beginnings; /* of numbers that are users' own too */
	size_t n_beginnings;
};

static int compare_users(const void *a, const void *b)
{
	const struct user *const *one = a, *const *other = b;

	return strcmp((*one)->config.peer.name, (*other)->config.peer.name);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct number *one = a, *other = b;

	return strcmp(one->digits, other->digits);
}

static void add_numbers(struct users *users, struct user *user)
{
	const struct user_config *config = &user->config;

	for (size_t i = 0; i < config->n_numbers; i++)
		users->numbers[users->n_numbers++] = (struct number){ config->numbers[i], user };
	for (size_t i = 0; i < config->peer.numbers.n_own; i++)
		users->beginnings[users->n_beginnings++] =
			(struct number){ config->peer.numbers.own[i], user };
}

static bool add_all(struct users *users, const struct registrar_config *config)
{
	for (size_t i = 0; i < config->n_users; i++) {
		struct user *user = talloc_zero(users, struct user);

		if (!user)
			return false;
		user->limits = talloc_zero(user, struct limits);
		if (!user->limits)
			return false;
		user->config = config->users[i];
		bindings_init(&user->bindings);
		users->all[users->n++] = user;
		add_numbers(users, user);
	}
	return true;
}

static void take_limits(struct user *user, struct user *old)
{
	talloc_free(user->limits);
	user->limits = talloc_reparent(old, user, old->limits);
}

static void keep_former(struct users *to, struct user *old)
{
	struct user *user = users_by_name(to, old->config.peer.name);

	if (user) {
		take_limits(user, old);
	} else if (old->limits->in + old->limits->out) {
		bindings_clear(&old->bindings);
		to->former[to->n_former++] = talloc_steal(to, old);
	}
}

static void move_state(struct users *to, struct users *from)
{
	for (size_t i = 0; i < from->n_former; i++)
		keep_former(to, from->former[i]);
	for (size_t i = 0; i < from->n; i++)
		if (!users_by_name(to, from->all[i]->config.peer.name))
			keep_former(to, from->all[i]);
	for (size_t i = 0; i < to->n; i++) {
		struct user *user = to->all[i];
		struct user *old = users_by_name(from, user->config.peer.name);
		struct binding *binding;

		if (!old)
			continue;
		llist_for_each_entry (binding, &old->bindings.list, entry)
			talloc_steal(user, binding);
		llist_splice_init(&old->bindings.list, &user->bindings.list);
		user->bindings.n = old->bindings.n;
		user->dirty = old->dirty;
		old->bindings.n = 0;
		take_limits(user, old);
	}
}

struct users *users_new(void *talloc_ctx, const struct registrar_config *config, struct users *from)
{
	struct users *users = talloc_zero(talloc_ctx, struct users);
	size_t numbers = 0, beginnings = 0;

	if (!users)
		return NULL;
	for (size_t i = 0; i < config->n_users; i++) {
		numbers += config->users[i].n_numbers;
		beginnings += config->users[i].peer.numbers.n_own;
	}
	users->all = talloc_zero_array(users, struct user *, config->n_users + 1);
	users->former =
		talloc_zero_array(users, struct user *, from ? from->n + from->n_former + 1 : 1);
	users->numbers = talloc_zero_array(users, struct number, numbers + 1);
	users->beginnings = talloc_zero_array(users, struct number, beginnings + 1);
	if (!users->all || !users->former || !users->numbers || !users->beginnings ||
	    !add_all(users, config)) {
		talloc_free(users);
		return NULL;
	}
	qsort(users->all, users->n, sizeof(struct user *), compare_users);
	qsort(users->numbers, users->n_numbers, sizeof(*users->numbers), compare_numbers);
	if (from)
		move_state(users, from);
	return users;
}

struct user *users_by_name(const struct users *users, const char *name)
{
	size_t low = 0, high = users->n;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(name, users->all[middle]->config.peer.name);

		if (!order)
			return users->all[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

struct user *users_former(const struct users *users, const char *name)
{
	for (size_t i = 0; i < users->n_former; i++)
		if (!strcmp(name, users->former[i]->config.peer.name))
			return users->former[i];
	return NULL;
}

struct user *users_by_number(const struct users *users, const char *number)
{
	const struct number key = { .digits = number };
	const struct number *found = users->n_numbers
					     ? bsearch(&key, users->numbers, users->n_numbers,
						       sizeof(key), compare_numbers)
					     : NULL;

	return found ? found->user : NULL;
}

/* The longest that fits decides. */
static struct user *by_beginning(const struct users *users, const char *number)
{
	const struct number *best = NULL;

	for (size_t i = 0; i < users->n_beginnings; i++) {
		const struct number *own = &users->beginnings[i];
		size_t len = strlen(own->digits);

		if (!strncmp(number, own->digits, len) && (!best || len > strlen(best->digits)))
			best = own;
	}
	return best ? best->user : NULL;
}

struct user *users_find(const struct users *users, const char *who)
{
	struct user *user = users_by_name(users, who);

	if (!user)
		user = users_by_number(users, who);
	return user ? user : by_beginning(users, who);
}

size_t users_count(const struct users *users)
{
	return users->n;
}

struct user *users_at(const struct users *users, size_t i)
{
	return users->all[i];
}
