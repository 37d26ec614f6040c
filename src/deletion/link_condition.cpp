#include "deletion/link_condition.hpp"

#include <fmt/format.h>

#include "deletion/absence.hpp"
#include "schema/join_table.hpp"

namespace gm2m::deletion {
namespace {

using backend::Parameter;
using backend::ValueList;

/// Conditions of more ends are not kept: every combination of them has SQL of its own.
constexpr std::size_t most_ends_kept = 4;

/// How one end contributes to a condition.
struct EndShape {
    bool reverse;
    bool is_list;
    bool is_of_unknown_type;  // the content type comes by its names
    bool unless_there;

    char letter() const noexcept {
        return static_cast<char>('a' + reverse + 2 * is_list + 4 * is_of_unknown_type + 8 * unless_there);
    }
    static EndShape of(char letter) noexcept {
        const int bits = letter - 'a';
        return {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0};
    }
};

/// Writes a condition whose parameters are there.
class Writer {
public:
    /// `guarded`: the models of the ends whose links go unless their objects are there, in the order of these.
    Writer(Context& context, detail::RelationData& relation, std::span<const Parameter> parameters,
           std::span<const Model* const> guarded)
        : context_(context),
          dialect_(context.connection.dialect()),
          relation_(relation),
          parameters_(parameters),
          guarded_(guarded) {}

    void append(EndShape end) {
        if (!sql_.empty())
            sql_ += " OR ";
        const bool has_more = end.unless_there || (end.reverse && relation_.is_generic);
        sql_ += has_more ? "(" : "";
        const std::string near = append_end(end);
        if (end.unless_there)
            append_guard(near, end);
        sql_ += has_more ? ")" : "";
    }
    std::string take() { return std::move(sql_); }

private:
    /// The column of the keys.
    std::string append_end(EndShape end) {
        if (!relation_.is_generic)
            return append_keys(schema::typed_side_of(relation_, end.reverse).near_columns.front(), end);
        const schema::JoinTable join = schema::join_table_of(gm2m_field(relation_));
        if (!end.reverse)
            return append_keys(join.source_column, end);
        append_content_type(join.content_type_column, end);
        sql_ += " AND ";
        return append_keys(join.key_column, end);
    }
    /// Of one object it is asked once, before any link is looked for.
    void append_guard(const std::string& near, EndShape end) {
        const Model& model = *guarded_.front();
        guarded_ = guarded_.subspan(1);
        const std::string keys = is_among(dialect_.quote(model.primary_key().column()), end);
        sql_ += end.is_list
                    ? and_is_absent(context_, model, near, end.reverse && relation_.is_generic, keys)
                    : fmt::format(" AND NOT EXISTS (SELECT 1 FROM {} WHERE {})", context_.table_of(model), keys);
    }
    std::string next() { return dialect_.parameter(++bound_); }
    std::string append_keys(const std::string& column, EndShape end) {
        std::string quoted = dialect_.quote(column);
        sql_ += is_among(quoted, end);
        return quoted;
    }
    std::string is_among(const std::string& quoted, EndShape end) {
        if (!end.is_list)
            return fmt::format("{} = {}", quoted, next());
        ++bound_;
        return dialect_.in_list(quoted, bound_, parameters_[bound_ - 1].kind);
    }
    void append_content_type(const std::string& column, EndShape end) {
        sql_ += fmt::format("{} = ", dialect_.quote(column));
        if (!end.is_of_unknown_type) {
            sql_ += next();
            return;
        }
        const std::string app_label = next(), model = next();
        sql_ += fmt::format("(SELECT id FROM {} WHERE app_label = {} AND model = {})",
                            dialect_.table(context_.content_types.table()), app_label, model);
    }

    Context& context_;
    const backend::Dialect& dialect_;
    detail::RelationData& relation_;
    std::span<const Parameter> parameters_;
    std::span<const Model* const> guarded_;
    std::size_t bound_ = 0;
    std::string sql_;
};

const LinkSql& sql_of(Context& context, detail::RelationData& relation) {
    return context.cached<LinkSql>(&relation, [&] {
        return LinkSql{context.connection.dialect().table(schema::typed_side_of(relation, true).table), {}};
    });
}

/// "FROM … WHERE …"
std::string rows_where(const LinkSql& sql, const std::string& condition, bool has_several_ends) {
    return has_several_ends ? fmt::format("FROM {} WHERE ({})", sql.table, condition)
                            : fmt::format("FROM {} WHERE {}", sql.table, condition);
}

}  // namespace

std::string removal_of_one(Context& context, detail::RelationData& relation, std::span<const LinkEnd> ends,
                           std::string_view types, const Model* unless_there) {
    const std::vector<const Model*> guarded(ends.size(), unless_there);
    Writer writer(context, relation, {}, guarded);
    for (std::size_t i = 0; i < ends.size(); ++i)
        writer.append({ends[i].reverse, false, types[i] == unknown_type, unless_there != nullptr});
    return "DELETE " + rows_where(sql_of(context, relation), writer.take(), ends.size() > 1);
}

LinkCondition::LinkCondition(Context& context, detail::RelationData& relation, Memory& memory)
    : context_(context),
      relation_(relation),
      sql_(sql_of(context, relation)),
      memory_(memory),
      guarded_(memory.resource()),
      parameters_(memory.resource()) {
    parameters_.reserve(4);
}

void LinkCondition::add(const LinkSide& end, std::size_t begin) {
    const std::size_t count = std::min(end.objects->size() - begin, context_.keys_per_statement);
    EndShape shape{end.reverse, count > 1, false, end.unless_there};
    if (end.reverse && relation_.is_generic) {
        shape.is_of_unknown_type = append_content_type(context_, *end.linked_model, parameters_) == unknown_type;
        bind_texts(*end.objects, begin, count);
    } else {
        bind_keys(*end.objects, begin, count);
    }
    if (end.unless_there) {
        bind_keys(*end.objects, begin, count);
        guarded_.push_back(&end.objects->model());
    }
    shape_ += shape.letter();
}

void LinkCondition::bind_keys(const Going& going, std::size_t begin, std::size_t count) {
    const ValueList& keys = going.keys();
    if (count == 1)
        parameters_.emplace_back(keys.kind(), keys[begin]);
    else
        parameters_.emplace_back(count == keys.size() ? keys : memory_.make<ValueList>(keys.slice(begin, count)));
}

void LinkCondition::bind_texts(const Going& going, std::size_t begin, std::size_t count) {
    if (count > 1) {
        parameters_.emplace_back(memory_.make<ValueList>(going.texts(begin, count)));
        return;
    }
    std::string& text = memory_.make<std::string>();
    text::append_value(text, going.keys().kind(), going.keys()[begin]);
    parameters_.push_back(Parameter::text(text));
}

const LinkSql::Statements& LinkCondition::statements() const {
    if (shape_.size() > most_ends_kept)
        return own_ ? *own_ : own_.emplace(write());
    std::string shape = shape_;
    for (const Model* model : guarded_)
        shape += ' ' + model->label();
    const auto known = sql_.by_shape.find(shape);
    return known != sql_.by_shape.end() ? known->second : sql_.by_shape.emplace(shape, write()).first->second;
}

LinkSql::Statements LinkCondition::write() const {
    Writer writer(context_, relation_, parameters_, guarded_);
    for (const char letter : shape_)
        writer.append(EndShape::of(letter));
    const std::string rows = rows_where(sql_, writer.take(), shape_.size() > 1);
    return {rows, "DELETE " + rows};
}

std::string LinkCondition::source_column() const {
    return context_.connection.dialect().quote(relation_.is_generic
                                                   ? schema::typed_side_of(relation_, true).far_column
                                                   : schema::typed_side_of(relation_, false).near_columns.front());
}

std::string LinkCondition::link_columns() const {
    const schema::JoinTable join = schema::join_table_of(gm2m_field(relation_));
    const backend::Dialect& dialect = context_.connection.dialect();
    return fmt::format("{}, {}, {}", dialect.quote(join.source_column), dialect.quote(join.content_type_column),
                       dialect.quote(join.key_column));
}

}  // namespace gm2m::deletion
