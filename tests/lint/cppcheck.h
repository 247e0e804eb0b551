/* For cppcheck alone, which reads no system header: the loops and commands that libosmocore makes by macro. */
#define llist_for_each_entry(pos, head, member) for (pos = next_of(head); pos; pos = next_of(pos))
#define llist_for_each_entry_safe(pos, n, head, member)                                            \
	for (pos = n = next_of(head); pos; pos = n, n = next_of(n))
#define hash_for_each(table, bucket, obj, member)                                                  \
	for (obj = next_of(table); obj; obj = next_of(obj))
#define hash_for_each_safe(table, bucket, tmp, obj, member)                                        \
	for (obj = tmp = next_of(table); obj; obj = next_of(tmp))
#define hash_for_each_possible(table, obj, member, key)                                            \
	for (obj = next_of(table); obj; obj = next_of(obj))
#define DEFUN(function, name, text, help)                                                          \
	static int function(struct vty *vty, int argc, const char **argv)
#define ALIAS(function, name, text, help) int name##_alias
#define json_array_foreach(array, index, value)                                                    \
	for (index = 0, value = next_of(array); value; index++, value = next_of(value))
