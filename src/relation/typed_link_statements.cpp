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
    Generator(Context& context, detail::RelationData& relation, bool reverse)
        : context_(context),
          dialect_(context.connection.dialect()),
          side_(schema::typed_side_of(relation, reverse)),
          far_kind_(side_.far->primary_key().kind()),
          table_(dialect_.table(side_.table)),
          far_(dialect_.quote(side_.far_column)) {
        for (const std::string& column : side_.near_columns)
            near_.push_back(dialect_.quote(column));
    }

    TypedLinkingStatements linking(const Model& near) const {
        return dialect_.writes_row_by_row() ? link_row_by_row(near) : link_lists(near);
    }
    TypedUnlinkingStatements unlinking() const {
        return dialect_.writes_row_by_row() ? unlink_row_by_row() : unlink_lists();
    }
    TypedLoadStatements load() const {
        const ModelColumns& far = ModelColumns::of(context_, *side_.far);
        return dialect_.writes_row_by_row() ? load_in_turn(far) : load_lists(far);
    }

    TypedLinkStatements read() const {
        TypedLinkStatements sql;
        sql.side = side_;
        sql.far_kind = far_kind_;
        read_all(sql);
        return sql;
    }
    TypedKeyStatements keys() const {
        const std::string links = format("FROM {} WHERE {}{}", table_, is_near(1),
                                         side_.far_can_be_null ? format(" AND {} IS NOT NULL", far_) : "");
        TypedKeyStatements sql;
        sql.keys = linked_now(1);
        sql.count = "SELECT count(*) " + links;
        sql.exists = format("SELECT EXISTS (SELECT 1 {})", links);
        sql.contains =
            format("SELECT EXISTS (SELECT 1 FROM {} WHERE {} = {} AND {})", table_, far_, parameter(1), is_near(2));
        return sql;
    }

private:
    std::string parameter(std::size_t n) const { return dialect_.parameter(n); }
    std::string source_table() const { return context_.table_of(*side_.source); }
    std::string source_key() const { return dialect_.quote(side_.source->primary_key().column()); }

    /// The near object's columns are the parameters from the `first` on.
    std::string is_near(std::size_t first, std::string_view alias = "") const {
        std::string condition;
        for (std::size_t i = 0; i < near_.size(); ++i)
            condition.append(i == 0 ? "" : " AND ").append(alias).append(near_[i]).append(" = " + parameter(first + i));
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
    TypedUnlinkingStatements unlink_row_by_row() const {
        TypedUnlinkingStatements sql;
        sql.remove = format("DELETE FROM {} WHERE {} = {} AND {}", table_, far_, parameter(1), is_near(2));
        sql.clear = format("DELETE FROM {} WHERE {}", table_, is_near(1));
        sql.remove_others = format("DELETE FROM {} WHERE NOT {} AND {} RETURNING {}", table_,
                                   dialect_.in_list(far_, 1, far_kind_), is_near(2), far_);
        return sql;
    }

    /// The order in which TypedLinks::lock() goes as well, slice by slice.
    std::string key_order() const {
        return format("{}{}", source_key(), dialect_.in_byte_order(side_.source->primary_key().kind()));
    }

    /// Locks the rows of the sources for which the condition on their key holds, before anything is touched.
    std::string lock(const std::string& condition) const {
        return format("WITH gm2m_locked AS MATERIALIZED (SELECT {} FROM {} WHERE {} {} ORDER BY {} FOR NO KEY UPDATE)",
                      source_key(), source_table(), source_key(), condition, key_order());
    }

    std::string far_list(Dialect::Rows rows = Dialect::Rows::plain) const {
        const Dialect::ListColumn list[] = {{1, far_kind_, "far"}};
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
    TypedUnlinkingStatements unlink_lists() const {
        TypedUnlinkingStatements sql;
        const std::string among_linked =
            side_.source_is_far ? format("IN ({})", linked_now(1)) : format("= {}", parameter(1));
        sql.remove = format("{} DELETE FROM {} AS l USING {} WHERE l.{} = k.far AND {} AND {} RETURNING l.{}",
                            lock(among()), table_, far_list(), far_, is_near(2, "l."), locked, far_);
        sql.clear = format("{} DELETE FROM {} WHERE {} AND {}", lock(among_linked), table_, is_near(1), locked);
        sql.remove_others = remove_others(far_list(Dialect::Rows::of_any_length));
        sql.lock = side_.source_is_far
                       ? format("SELECT 1 FROM {} WHERE {} ORDER BY {} FOR NO KEY UPDATE", source_table(),
                                dialect_.in_list(source_key(), 1, far_kind_), key_order())
                       : format("SELECT 1 FROM {} WHERE {} = {} FOR NO KEY UPDATE", source_table(), source_key(),
                                parameter(1));
        return sql;
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
                                                            source_table(), source_key(), far_);
        return format(
            "WITH gm2m_held AS MATERIALIZED (SELECT {} AS src FROM {} WHERE {} IN ({}) FOR NO KEY UPDATE SKIP LOCKED) "
            "{} AND (l.{} IN (SELECT src FROM gm2m_held){}){}",
            source_key(), source_table(), source_key(), linked_now(2), others, far_, gone, returned);
    }

    void read_all(TypedLinkStatements& sql) const {
        const std::string order = side_.order_column.empty() ? "" : "l." + dialect_.quote(side_.order_column);
        const ModelColumns& far = ModelColumns::of(context_, *side_.far);
        const std::string far_key = dialect_.quote(side_.far->primary_key().column());
        sql.all_columns = far.kinds;
        if (order.empty() && !dialect_.writes_row_by_row())
            // The compact layout, which may be distributed. The keys of an array are sought by their index; to a join
            // with links, of which there are few, the planner would read all of a small table.
            sql.all = format(
                "SELECT {} FROM {} AS t{} WHERE t.{} = ANY (ARRAY(SELECT l.{} FROM {} AS l WHERE {})) ORDER BY t.{}",
                far.columns, context_.table_of(*side_.far), far.parents, far_key, far_, table_, is_near(1, "l."),
                far_key);
        else {
            // An engine in the process would sort through its own machinery, row by row, what the index has in the
            // order of the far keys.
            sql.all_has_order = !order.empty() && dialect_.writes_row_by_row();
            if (sql.all_has_order)
                sql.all_columns.insert(sql.all_columns.begin(), Kind::big_integer);
            sql.all = format(
                "SELECT {}{} FROM {} AS l {}{} WHERE {}{}", sql.all_has_order ? order + ", " : "", far.columns, table_,
                dialect_.join_by_key(context_.table_of(*side_.far), far_key, "l." + far_, "t"), far.parents_by_key,
                is_near(1, "l."), sql.all_has_order ? "" : " ORDER BY " + (order.empty() ? "l." + far_ : order));
        }
    }

    // From the list, which is given, to the links and on to the far objects: to plan a condition on a list of many
    // texts can take longer than to execute it. The order is restored in memory, an object at a time, where it is that
    // of numbers; the engine would sort all links at once.
    TypedLoadStatements load_lists(const ModelColumns& far) const {
        TypedLoadStatements sql;
        const std::string near_key = "l." + near_.back(), far_key = "l." + far_;
        const bool sortable = !side_.order_column.empty() || text::is_integer(far_kind_);
        const std::string links = format("FROM {} CROSS JOIN {} AS l",
                                         dialect_.placed_rows_of(near_.size(), side_.near_kind, "k"), table_);
        const std::string are_near =
            format("{}{} = k.value", side_.is_generic() ? format("l.{} = {} AND ", near_.front(), parameter(1)) : "",
                   near_key);
        const std::string table = context_.table_of(*side_.far),
                          key = dialect_.quote(side_.far->primary_key().column());
        if (side_.source_is_far && side_.order_column.empty()) {
            // Sources have many links each, and are what the table may be distributed by. They come once each, and with
            // them, in one round trip, lists of what they are linked to. (To number the links as well would cost more.)
            // For many objects to gather lists takes the server longer than to send rows of two numbers.
            sql.of_many = format(
                "SELECT {}, g.places FROM (SELECT l.{} AS far_key, {} AS places {} WHERE {} GROUP BY l.{}) AS g "
                "CROSS JOIN {} AS t{} WHERE t.{} = g.far_key ORDER BY g.far_key",
                far.columns, far_, dialect_.list_of("k.place", Kind::big_integer), links, are_near, far_, table,
                far.parents, key);
            sql.of_many_has_lists = sql.of_many_is_sorted = true;
            if (text::is_integer(far_kind_))
                sql.links_of_many = format("SELECT k.place, {} {} WHERE {}", far_key, links, are_near);
            return sql;
        }
        const std::string place = "k.place, " + (!side_.order_column.empty() ? "l." + dialect_.quote(side_.order_column)
                                                 : sortable                  ? far_key
                                                                             : "0"),
                          order = sortable ? "" : " ORDER BY " + far_key;
        sql.of_many = format("SELECT {}, {} {} CROSS JOIN {} AS t{} WHERE {} AND t.{} = {}{}", place, far.columns,
                             links, table, far.parents, are_near, key, far_key, order);
        if (text::is_integer(far_kind_) || far_kind_ == Kind::uuid)
            sql.links_of_many = format("SELECT {}, {} {} WHERE {}{}", place, far_key, links, are_near, order);
        sql.of_many_is_sorted = !sortable;
        return sql;
    }

    // The links alone are all in an index, and an object that many of them lead to is sought and read once.
    TypedLoadStatements load_in_turn(const ModelColumns& far) const {
        std::string links = format("k.place, l.{}", far_), objects = "k.place, " + far.columns;
        std::size_t link_columns = 2, object_columns = 1 + far.kinds.size();
        if (!side_.order_column.empty())
            links += ", l." + dialect_.quote(side_.order_column), ++link_columns;
        for (; link_columns < object_columns; ++link_columns)
            links += ", NULL";
        for (; object_columns < link_columns; ++object_columns)
            objects += ", NULL";
        TypedLoadStatements sql;
        sql.links_and_objects = format(
            "SELECT {} FROM {} CROSS JOIN {} AS l WHERE {}l.{} = k.value "
            "UNION ALL SELECT {} FROM {} CROSS JOIN {} AS t{} WHERE t.{} = k.value",
            links, dialect_.placed_rows_of(1, side_.near_kind, "k"), table_,
            side_.is_generic() ? format("l.{} = {} AND ", near_.front(), parameter(3)) : "", near_.back(), objects,
            dialect_.placed_rows_of(2, far_kind_, "k"), context_.table_of(*side_.far), far.parents,
            dialect_.quote(side_.far->primary_key().column()));
        return sql;
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
    const schema::TypedSide side_;
    const Kind far_kind_;
    std::string table_, far_;
    std::vector<std::string> near_;
};

/// Each side has statements of its own, and an address.
const void* owner_of(const detail::RelationData& relation, bool reverse) {
    return reinterpret_cast<const char*>(&relation) + (reverse ? 1 : 0);
}

}  // namespace

const TypedLinkStatements& TypedLinkStatements::of(Context& context, detail::RelationData& relation, bool reverse) {
    return context.cached<TypedLinkStatements>(owner_of(relation, reverse),
                                               [&] { return Generator(context, relation, reverse).read(); });
}

const TypedKeyStatements& TypedKeyStatements::of(Context& context, detail::RelationData& relation, bool reverse) {
    return context.cached<TypedKeyStatements>(owner_of(relation, reverse),
                                              [&] { return Generator(context, relation, reverse).keys(); });
}

const TypedLoadStatements& TypedLoadStatements::of(Context& context, detail::RelationData& relation, bool reverse) {
    return context.cached<TypedLoadStatements>(owner_of(relation, reverse),
                                               [&] { return Generator(context, relation, reverse).load(); });
}

const TypedUnlinkingStatements& TypedUnlinkingStatements::of(Context& context, detail::RelationData& relation,
                                                             bool reverse) {
    return context.cached<TypedUnlinkingStatements>(owner_of(relation, reverse),
                                                    [&] { return Generator(context, relation, reverse).unlinking(); });
}

const TypedLinkingStatements& TypedLinkingStatements::of(Context& context, detail::RelationData& relation, bool reverse,
                                                         const Model& near) {
    using OfModels = std::map<const Model*, TypedLinkingStatements>;
    OfModels& known = *context.cached<std::unique_ptr<OfModels>>(owner_of(relation, reverse),
                                                                 [] { return std::make_unique<OfModels>(); });
    const auto found = known.find(&near);
    if (found != known.end())
        return found->second;
    return known.emplace(&near, Generator(context, relation, reverse).linking(near)).first->second;
}

}  // namespace gm2m::relation
