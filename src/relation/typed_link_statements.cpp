#include "relation/typed_link_statements.hpp"

#include <map>
#include <memory>

#include <fmt/format.h>

#include "backend/text_form.hpp"
#include "model/relation_data.hpp"
#include "query/model_statements.hpp"

namespace gm2m::relation {
namespace {

using backend::Dialect;
using fmt::format;

/// Writes the statements of one side.
class Generator {
public:
    Generator(Context& context, TypedLinkStatements& out)
        : context_(context), dialect_(context.connection.dialect()), side_(out.side), out_(out),
          table_(dialect_.table(side_.table)), far_(dialect_.quote(side_.far_column)),
          source_table_(context.table_of(*side_.source)),
          source_key_(dialect_.quote(side_.source->primary_key().column())) {
        for (const std::string& column : side_.near_columns)
            near_.push_back(dialect_.quote(column));
    }

    TypedLinkingStatements linking(const Model& near) const {
        return dialect_.writes_row_by_row() ? link_row_by_row(near) : link_lists(near);
    }

    void generate() {
        dialect_.writes_row_by_row() ? write_row_by_row() : write_lists();
        read();
    }

private:
    std::string parameter(std::size_t n) const { return dialect_.parameter(n); }

    /// The near object's columns are the parameters from the `first` on.
    std::string is_near(std::size_t first, std::string_view alias = "") const {
        std::string condition;
        for (std::size_t i = 0; i < near_.size(); ++i)
            condition += format("{}{}{} = {}", i == 0 ? "" : " AND ", alias, near_[i], parameter(first + i));
        return condition;
    }
    std::string columns() const {
        std::string all = far_;
        for (const std::string& column : near_)
            all += ", " + column;
        return all;
    }
    std::string linked_now(std::size_t first) const {
        return format("SELECT {} FROM {} WHERE {}", far_, table_, is_near(first));
    }

    /// Where statements cost nothing to repeat: one execution per link.
    void write_row_by_row() {
        out_.remove = format("DELETE FROM {} WHERE {} = {} AND {}", table_, far_, parameter(1), is_near(2));
        out_.clear = format("DELETE FROM {} WHERE {}", table_, is_near(1));
        out_.remove_others =
            format("DELETE FROM {} WHERE NOT {} AND {} RETURNING {}", table_, dialect_.in_list(far_, 1, out_.far_kind),
                   is_near(2), far_);
    }

    /// The order in which TypedLinks::lock() goes as well, slice by slice.
    std::string key_order() const {
        return format("{}{}", source_key_, dialect_.in_byte_order(side_.source->primary_key().kind()));
    }

    /// Locks the rows of the sources for which the condition on their key holds, before anything is touched.
    std::string lock(const std::string& condition) const {
        return format("WITH gm2m_locked AS MATERIALIZED (SELECT {} FROM {} WHERE {} {} ORDER BY {} FOR NO KEY UPDATE)",
                      source_key_, source_table_, source_key_, condition, key_order());
    }

    std::string far_list(Dialect::Rows rows = Dialect::Rows::plain) const {
        const Dialect::ListColumn list[] = {{1, out_.far_kind, "far"}};
        return dialect_.rows_of(list, "k", rows);
    }
    /// Condition on the key of the sources that a write is given.
    std::string among() const {
        return side_.source_is_far ? format("IN (SELECT far FROM {})", far_list()) : format("= {}", parameter(2));
    }
    /// The same of a write that may change all that are linked now.
    std::string among_all() const {
        return side_.source_is_far ? format("IN (SELECT far FROM {} UNION {})", far_list(), linked_now(2)) : among();
    }

    /// Where each statement is a round trip: lists in one parameter. Whoever writes links of a source locks the
    /// source's row first, several in the order of their keys: so callers wait for one another instead of for a
    /// deadlock, and a statement that follows the lock sees what those before have done. (BEHAVIOUR 2.12)
    void write_lists() {
        const std::string among_linked =
            side_.source_is_far ? format("IN ({})", linked_now(1)) : format("= {}", parameter(1));
        out_.remove = format("{} DELETE FROM {} AS l USING {} WHERE l.{} = k.far AND {} AND {} RETURNING l.{}",
                             lock(among()), table_, far_list(), far_, is_near(2, "l."), locked, far_);
        out_.clear = format("{} DELETE FROM {} WHERE {} AND {}", lock(among_linked), table_, is_near(1), locked);
        out_.remove_others = remove_others(far_list(Dialect::Rows::of_any_length));
        out_.lock =
            side_.source_is_far
                ? format("SELECT 1 FROM {} WHERE {} ORDER BY {} FOR NO KEY UPDATE", source_table_,
                         dialect_.in_list(source_key_, 1, out_.far_kind), key_order())
                : format("SELECT 1 FROM {} WHERE {} = {} FOR NO KEY UPDATE", source_table_, source_key_, parameter(1));
    }

    /// It follows set_add, which has locked the near source; of far sources only links of those that are locked go:
    /// what somebody else adds meanwhile has been added after this.
    std::string remove_others(const std::string& list) const {
        const std::string others = format("DELETE FROM {} AS l WHERE {} AND l.{} NOT IN (SELECT k.far FROM {})", table_,
                                          is_near(2, "l."), far_, list);
        const std::string returned = format(" RETURNING l.{}", far_);
        if (!side_.source_is_far)
            return others + returned;
        // Without a foreign key the source may be gone, and then there is nothing to lock.
        const std::string gone = side_.constraints ? ""
                                                   : format(" OR NOT EXISTS (SELECT FROM {} AS s WHERE s.{} = l.{})",
                                                            source_table_, source_key_, far_);
        return format(
            "WITH gm2m_held AS MATERIALIZED (SELECT {} AS src FROM {} WHERE {} IN ({}) FOR NO KEY UPDATE SKIP LOCKED) "
            "{} AND (l.{} IN (SELECT src FROM gm2m_held){}){}",
            source_key_, source_table_, source_key_, linked_now(2), others, far_, gone, returned);
    }

    void read() {
        const std::string order = side_.order_column.empty() ? "" : "l." + dialect_.quote(side_.order_column);
        const ModelStatements& far = ModelStatements::of(context_, *side_.far);
        const std::string far_key = dialect_.quote(side_.far->primary_key().column());
        if (order.empty() && !dialect_.writes_row_by_row())
            // The compact layout, which may be distributed. The keys of an array are sought by their index; to a join
            // with links, of which there are few, the planner would read all of a small table.
            out_.all = format(
                "SELECT {} FROM {} AS t{} WHERE t.{} = ANY (ARRAY(SELECT l.{} FROM {} AS l WHERE {})) ORDER BY t.{}",
                far.columns, context_.table_of(*side_.far), far.parents, far_key, far_, table_, is_near(1, "l."),
                far_key);
        else
            out_.all = format("SELECT {} FROM {} AS l {}{} WHERE {} ORDER BY {}", far.columns, table_,
                              dialect_.join_by_key(context_.table_of(*side_.far), far_key, "l." + far_, "t"),
                              far.parents_by_key, is_near(1, "l."), order.empty() ? "l." + far_ : order);
        out_.keys = linked_now(1);
        const std::string links = format("FROM {} WHERE {}{}", table_, is_near(1),
                                         side_.far_can_be_null ? format(" AND {} IS NOT NULL", far_) : "");
        out_.count = "SELECT count(*) " + links;
        out_.exists = format("SELECT EXISTS (SELECT 1 {})", links);
        out_.contains =
            format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} = {} AND {})", table_, far_, parameter(1), is_near(2));

        dialect_.writes_row_by_row() ? read_many_in_turn(far) : read_many(far);
    }

    // From the list, which is given, to the links and on to the far objects: to plan a condition on a list of many
    // texts can take longer than to execute it. The order is restored in memory, an object at a time, where it is that
    // of numbers; the engine would sort all links at once.
    void read_many(const ModelStatements& far) {
        const std::string near_key = "l." + near_.back(), far_key = "l." + far_;
        const bool sortable = !side_.order_column.empty() || text::is_integer(out_.far_kind);
        const std::string links = format("FROM {} CROSS JOIN {} AS l",
                                         dialect_.placed_rows_of(near_.size(), side_.near_kind, "k"), table_);
        const std::string are_near =
            format("{}{} = k.value", side_.is_generic() ? format("l.{} = {} AND ", near_.front(), parameter(1)) : "",
                   near_key);
        const std::string table = context_.table_of(*side_.far),
                          key = dialect_.quote(side_.far->primary_key().column());
        if (side_.source_is_far && side_.order_column.empty()) {
            // Sources have many links each, and are what the table may be distributed by. They come once each: what a
            // row costs on its way is more than what its cells do. (To number the links as well would cost more than
            // that.)
            out_.of_many = format(
                "SELECT {}, g.places FROM (SELECT l.{} AS far_key, {} AS places {} WHERE {} GROUP BY l.{}) AS g "
                "CROSS JOIN {} AS t{} WHERE t.{} = g.far_key ORDER BY g.far_key",
                far.columns, far_, dialect_.list_of("k.place", Kind::big_integer), links, are_near, far_, table,
                far.parents, key);
            out_.of_many_has_lists = out_.of_many_is_sorted = true;
            return;
        }
        const std::string place = "k.place, " + (!side_.order_column.empty() ? "l." + dialect_.quote(side_.order_column)
                                                 : sortable                  ? far_key
                                                                             : "0"),
                          order = sortable ? "" : " ORDER BY " + far_key;
        out_.of_many = format("SELECT {}, {} {} CROSS JOIN {} AS t{} WHERE {} AND t.{} = {}{}", place, far.columns,
                              links, table, far.parents, are_near, key, far_key, order);
        if (text::is_integer(out_.far_kind) || out_.far_kind == Kind::uuid)
            out_.links_of_many = format("SELECT {}, {} {} WHERE {}{}", place, far_key, links, are_near, order);
        out_.of_many_is_sorted = !sortable;
    }

    // The links alone are all in an index, and an object that many of them lead to is sought and read once.
    void read_many_in_turn(const ModelStatements& far) {
        std::string links = format("k.place, l.{}", far_), objects = "k.place, " + far.columns;
        std::size_t link_columns = 2, object_columns = 1 + far.kinds.size();
        if (!side_.order_column.empty())
            links += ", l." + dialect_.quote(side_.order_column), ++link_columns;
        for (; link_columns < object_columns; ++link_columns)
            links += ", NULL";
        for (; object_columns < link_columns; ++object_columns)
            objects += ", NULL";
        out_.links_and_objects = format(
            "SELECT {} FROM {} CROSS JOIN {} AS l WHERE {}l.{} = k.value "
            "UNION ALL SELECT {} FROM {} CROSS JOIN {} AS t{} WHERE t.{} = k.value",
            links, dialect_.placed_rows_of(1, side_.near_kind, "k"), table_,
            side_.is_generic() ? format("l.{} = {} AND ", near_.front(), parameter(3)) : "", near_.back(), objects,
            dialect_.placed_rows_of(2, out_.far_kind, "k"), context_.table_of(*side_.far), far.parents,
            dialect_.quote(side_.far->primary_key().column()));
    }

    /// A foreign key of the database sees to it that the target is there; a generic one has none.
    bool checks_targets() const { return side_.is_generic() || !side_.constraints; }
    std::string insert(const std::string& values) const {
        return format("INSERT INTO {} ({}) {} ON CONFLICT ({}) DO NOTHING", table_, columns(), values, columns());
    }
    /// The near object's columns of a new link, `key` being that of its key.
    std::string near_values(const std::string& key) const {
        return side_.is_generic() ? format("{}, {}", parameter(2), key) : key;
    }

    TypedLinkingStatements link_row_by_row(const Model& near) const {
        std::string far = parameter(1), near_key = parameter(1 + near_.size());
        if (checks_targets()) {
            std::string& target = side_.source_is_far ? near_key : far;
            const Model& model = side_.source_is_far ? near : *side_.far;
            target = format("(SELECT {} FROM {} WHERE {} = {})", target, context_.table_of(model),
                            dialect_.quote(model.primary_key().column()),
                            side_.is_generic() ? dialect_.key_from_text(target, model.primary_key().kind()) : target);
        }
        TypedLinkingStatements sql;
        sql.add = insert(format("VALUES ({}, {})", far, near_values(near_key)));
        sql.set_add = sql.add;
        return sql;
    }

    /// After the sources, the targets are locked, and then links are touched.
    TypedLinkingStatements link_lists(const Model& near) const {
        TypedLinkingStatements sql;
        std::string far = "k.far", near_key = parameter(1 + near_.size()), with_target,
                    where = format(" WHERE {}", locked);
        if (checks_targets()) {
            const Model& model = side_.source_is_far ? near : *side_.far;
            const Kind kind = model.primary_key().kind();
            const std::string key = "t." + dialect_.quote(model.primary_key().column());
            const auto rows = [&](std::size_t n, const std::string& condition) {
                return format(
                    "SELECT 1 FROM {} AS t WHERE {}{}{} FOR KEY SHARE", context_.table_of(model),
                    side_.source_is_far ? format("{} = {}", key, parameter(n)) : dialect_.in_list(key, n, kind),
                    condition, side_.source_is_far ? "" : format(" ORDER BY {}{}", key, dialect_.in_byte_order(kind)));
            };
            sql.lock_targets = rows(1, "");
            sql.takes_target_key = side_.is_generic();
            // The far list, a near object's only column, or what follows its content type and text.
            const std::size_t keys = !side_.source_is_far ? 1 : side_.is_generic() ? 4 : 2;
            with_target = format(", gm2m_target AS MATERIALIZED ({})", rows(keys, format(" AND {}", locked)));
            const std::string there =
                format("(SELECT count(*) FROM gm2m_target) = {}",
                       side_.source_is_far ? "1" : format("(SELECT count(DISTINCT k.far) FROM {})", far_list()));
            std::string& target = side_.source_is_far ? near_key : far;
            target = format("CASE WHEN {} THEN {} END", there, target);
            where = "";
        }
        const auto add = [&](const std::string& sources) {
            return format("{}{} {} RETURNING {}", lock(sources), with_target,
                          insert(format("SELECT {}, {} FROM {}{}", far, near_values(near_key), far_list(), where)),
                          far_);
        };
        sql.add = add(among());
        sql.set_add = add(among_all());
        return sql;
    }

    /// True, but only known once the sources are locked.
    static constexpr const char* locked = "(SELECT count(*) FROM gm2m_locked) >= 0";

    Context& context_;
    const Dialect& dialect_;
    const schema::TypedSide& side_;
    TypedLinkStatements& out_;
    std::string table_, far_, source_table_, source_key_;
    std::vector<std::string> near_;
};

}  // namespace

const TypedLinkStatements& TypedLinkStatements::of(Context& context, detail::RelationData& relation, bool reverse) {
    // Each side has statements of its own, and an address.
    const void* key = reinterpret_cast<const char*>(&relation) + (reverse ? 1 : 0);
    return context.cached<TypedLinkStatements>(key, [&] {
        TypedLinkStatements statements;
        statements.side = schema::typed_side_of(relation, reverse);
        statements.far_kind = statements.side.far->primary_key().kind();
        Generator(context, statements).generate();
        return statements;
    });
}

const TypedLinkingStatements& TypedLinkingStatements::of(Context& context, detail::RelationData& relation, bool reverse,
                                                         const Model& near) {
    using OfModels = std::map<const Model*, TypedLinkingStatements>;
    const void* key = reinterpret_cast<const char*>(&relation) + (reverse ? 1 : 0);
    OfModels& known = *context.cached<std::unique_ptr<OfModels>>(key, [] { return std::make_unique<OfModels>(); });
    const auto found = known.find(&near);
    if (found != known.end())
        return found->second;
    TypedLinkStatements others = TypedLinkStatements::of(context, relation, reverse);
    return known.emplace(&near, Generator(context, others).linking(near)).first->second;
}

}  // namespace gm2m::relation
