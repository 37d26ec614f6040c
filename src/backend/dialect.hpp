#pragma once

#include <cstddef>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gm2m/value.hpp>

namespace gm2m::backend {

/// How an engine writes SQL: the words that differ, and named traits where the shape of a statement does.
/// Stateless; one object per engine.
class Dialect {
public:
    virtual ~Dialect() = default;

    virtual std::string_view name() const noexcept = 0;

    // --- words ---

    /// The only place where an identifier becomes SQL.
    std::string quote(std::string_view identifier) const;
    /// An identifier as the engine can hold it: cut where it is too long, with 4 characters of a hash of the whole at
    /// the end. The same as the peer's cut, so that its tables are found.
    std::string fit(std::string_view identifier) const;
    /// fit(), quoted.
    std::string table(std::string_view name) const { return quote(fit(name)); }
    /// The n-th parameter, from 1.
    virtual std::string parameter(std::size_t n) const = 0;
    /// The column type for a kind; `max_length` of text, 0 for unlimited.
    virtual std::string column_type(Kind kind, std::size_t max_length, int max_digits, int decimal_places) const = 0;
    /// The whole definition, but for the column's name, of an integer key that the database generates.
    virtual std::string generated_key(Kind kind) const = 0;

    /// What follows a table's definition to keep its rows in the order of the primary key, with no row id.
    virtual std::string_view clustered_by_key() const noexcept = 0;
    /// A statement that gives a row if the table called by parameter 1 (quoted, as a text) exists.
    virtual std::string table_exists() const = 0;
    /// Adds a foreign key to a table that exists, unless it has it; only where adds_constraints_later().
    virtual std::string add_foreign_key(std::string_view table, std::string_view name, std::string_view column,
                                        std::string_view references) const = 0;
    /// A text as SQL has it, for definitions, which take no parameters.
    static std::string literal(std::string_view text);
    /// 32 hexadecimal digits of a text: its MD5.
    static std::string digest(std::string_view text);

    /// What deletes rows of `links` with each row of `table` that anybody deletes, whatever they may do to `links`
    /// themselves; `condition` is on the links and the row, which is called OLD. Tables are named in full; the
    /// trigger's own name is unquoted, and fits.
    struct Trigger {
        std::string schema;  ///< of `links`, as schema_of_table() gives it
        std::string name, table, links, condition;
        bool before = false;  ///< of the row's own constraints
    };
    /// The statements that create a trigger that is not there.
    virtual std::vector<std::string> create_trigger(const Trigger& trigger) const = 0;
    /// Gives (name, name in full and quoted, text) of the triggers whose names begin with parameter 1 and that belong
    /// to the table called by parameter 2, quoted; if it is gone, to where it would be created.
    virtual std::string find_triggers() const = 0;
    /// The text that find_triggers() gives of a trigger that is as create_trigger() makes it.
    virtual std::string trigger_text(const Trigger& trigger) const = 0;
    /// Drops one by its name in full.
    virtual std::string drop_trigger(std::string_view name) const = 0;
    /// Gives the schema, quoted, of the table called by parameter 1, quoted; empty where triggers find tables without
    /// one.
    virtual std::string schema_of_table() const = 0;
    /// The columns of the table called by parameter 1 (as fit() gives it), in their order: name, type in lower case,
    /// whether it can be NULL (as 0 or 1; NULL where that is not known), whether it is of the primary key where
    /// describe_indexes() does not list that. No rows if there is no such table.
    virtual std::string describe_columns() const = 0;
    /// Its indexes of all rows, a row for each of their columns, in order: a number of the index, whether it is unique,
    /// the column (NULL for an expression).
    virtual std::string describe_indexes() const = 0;
    /// Whether values of a kind can be written to a column of that type, and are read from it as they were written.
    /// `type` is as describe_columns() has it.
    virtual bool is_suitable(std::string_view type, Kind kind) const = 0;
    /// Names of columns are the same in upper and lower case.
    virtual bool ignores_case_of_names() const noexcept = 0;
    /// Keeps other sessions from changing tables until the transaction ends; empty where a transaction does.
    virtual std::string lock_schema() const = 0;

    // --- keys as text ---

    /// A column of key texts as the right side of a comparison with a key of a kind, `key = …` or `key IN (SELECT …)`,
    /// by which an index of the keys is sought. Equal to no key, and never an error, for a text that does not read as
    /// one. Empty for a kind for which SQL cannot do that: compare the texts.
    virtual std::string key_from_text(std::string_view text, Kind kind) const = 0;
    /// The text of a column of keys, as join tables hold it.
    virtual std::string key_to_text(std::string_view key, Kind kind) const = 0;

    // --- text ---

    enum class Match { equal, contains, starts, ends, regex };
    /// A condition on a text column. `bind` binds the pattern, in which the text stands for itself (but for a regular
    /// expression), and returns its placeholder.
    virtual std::string match_text(std::string_view column, Match match, bool ignore_case, std::string_view text,
                                   const std::function<std::string(std::string)>& bind) const = 0;
    /// What follows an order's column: "DESC NULLS LAST".
    virtual std::string order_suffix(bool descending, bool nulls_first) const = 0;

    /// What follows a column of that kind in an ORDER BY to sort it as its values are sorted in memory: text by its
    /// bytes, whatever the database's collation.
    virtual std::string_view in_byte_order(Kind kind) const noexcept = 0;

    /// What stands for no limit before an OFFSET.
    virtual std::string_view no_limit() const noexcept = 0;

    // --- sets of values in one parameter ---

    /// A condition: `expression` is among the values of list parameter `n`.
    virtual std::string in_list(std::string_view expression, std::size_t n, Kind kind) const = 0;
    /// A condition: `expression` is an integer from parameter `n` to parameter `n` + 1. A text that sorts between them is
    /// not.
    virtual std::string in_range(std::string_view expression, std::size_t n) const = 0;
    /// A table expression `alias(names…)` whose n-th row holds the n-th values of the lists, in the order of the lists.
    /// More than one list only where writes_row_by_row() is false.
    struct ListColumn {
        std::size_t parameter;
        Kind kind;
        std::string_view name;
    };
    /// `of_any_length`: for `NOT IN (SELECT … FROM …)`, which is then a search by hash however long the lists are.
    /// `placed`: the same, with a column `place` at the end, that of the values in the lists.
    enum class Rows { plain, of_any_length, placed };
    virtual std::string rows_of(std::span<const ListColumn> lists, std::string_view alias,
                                Rows rows = Rows::plain) const = 0;
    /// A table expression `alias` with the columns `value`, those of list parameter `n`, and `place`, theirs in the
    /// list.
    virtual std::string placed_rows_of(std::size_t n, Kind kind, std::string_view alias) const = 0;
    /// The place of a list's first value.
    virtual std::int64_t first_place() const noexcept = 0;
    /// An aggregate of a group's values in one cell, in the order in which a subquery has sorted them if nothing else
    /// is joined to it, for Request::lists: what is the same for all of them comes once. Only where writes_row_by_row()
    /// is false.
    virtual std::string list_of(std::string_view expression, Kind kind) const = 0;
    /// How many values list parameter `n` has.
    virtual std::string list_size(std::size_t n, Kind kind) const = 0;
    /// The rows of `table` (quoted, called t) whose `key` (quoted) is among the values of list parameter 1, in any
    /// order, and what `joins` joins to them: "SELECT <columns> FROM …".
    virtual std::string select_by_keys(std::string_view columns, std::string_view table, std::string_view key,
                                       Kind kind, std::string_view joins) const = 0;

    /// What joins, to each row so far, the row of `table` (quoted, then called `alias`) whose `key` (quoted) is
    /// `value`, by seeking it: the cost is that of the rows so far, however small the table. Not for distributed
    /// tables.
    virtual std::string join_by_key(std::string_view table, std::string_view key, std::string_view value,
                                    std::string_view alias) const = 0;

    // --- traits ---

    /// Statements cost no round trip, so that one execution per row is the fastest way to write many rows; otherwise
    /// lists go out as one parameter.
    virtual bool writes_row_by_row() const noexcept = 0;
    /// Rows can be locked against other writers (SELECT … FOR NO KEY UPDATE); otherwise a writer has the database to
    /// itself.
    virtual bool locks_rows() const noexcept = 0;
    /// A constraint can be added to a table after both of its tables exist.
    virtual bool adds_constraints_later() const noexcept = 0;

protected:
    /// `text` with the characters in `special` escaped by `escape`.
    static std::string escaped(std::string_view text, std::string_view special, char escape);
    /// The longest identifier in bytes; 0 if there is no limit.
    virtual std::size_t name_limit() const noexcept = 0;
};

const Dialect& sqlite_dialect();
const Dialect& postgresql_dialect();

}  // namespace gm2m::backend
