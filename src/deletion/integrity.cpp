#include "deletion/integrity.hpp"

#include <ostream>

#include <fmt/format.h>

#include "deletion/deletion.hpp"
#include "deletion/through_rows.hpp"
#include "relation/link_statements.hpp"
#include "schema/join_table.hpp"

namespace gm2m {

std::string Inconsistency::to_string() const {
    switch (kind) {
        case Kind::source_gone:
            return fmt::format("{}: {} links of objects of {} that are gone", relation, count, model);
        case Kind::target_gone:
            return fmt::format("{}: {} links to objects of {} that are gone", relation, count, model);
        case Kind::stale_content_type:
            return relation.empty()
                       ? fmt::format("the model of the content type {} is gone", model)
                       : fmt::format("{}: {} links to objects of {}, a model that is gone", relation, count, model);
    }
    return "";
}

std::ostream& operator<<(std::ostream& out, const Inconsistency& inconsistency) {
    return out << inconsistency.to_string();
}

namespace deletion {
namespace {

using backend::Access;
using backend::Dialect;
using backend::Parameter;
using backend::Request;
using backend::RowSink;
using Kind = Inconsistency::Kind;

/// Looks at the links of one relation.
class LinkCheck {
public:
    LinkCheck(Context& context, const VerifyOptions& options, const std::vector<ContentType>& stale,
              std::vector<Inconsistency>& found)
        : context_(context), dialect_(context.connection.dialect()), options_(options), stale_(stale), found_(found) {}

    void check(const GM2MField& field) {
        const schema::JoinTable join = schema::join_table_of(field);
        const std::string and_is_link = schema::and_is_link(dialect_, join, "l.");
        rows_of_ = field.find_through();
        const std::string table = dialect_.table(join.name),
                          content_type = "l." + dialect_.quote(join.content_type_column),
                          key = "l." + dialect_.quote(join.key_column);
        find(Kind::source_gone, field.label(), join.source->label(), table,
             no_row(*join.source, "= l." + dialect_.quote(join.source_column)) + and_is_link, options_.repair);
        for (const int id : occurring(field)) {
            const auto known = context_.content_types.find(id);
            const Parameter parameters[] = {Parameter::integer(id)};
            const std::string is_of_model = fmt::format("{} = {}{}", content_type, dialect_.parameter(1), and_is_link);
            if (known && known->registered)
                find(Kind::target_gone, field.label(), known->registered->label(), table,
                     fmt::format("{} AND {}", is_of_model, no_target(*known->registered, key)), options_.repair,
                     parameters);
            for (const ContentType& stale : stale_)
                if (stale.id == id)
                    find(Kind::stale_content_type, field.label(), stale.app_label + "." + stale.model, table,
                         is_of_model, options_.remove_stale_content_types, parameters);
        }
        // Where the database does not enforce the foreign key.
        find(Kind::target_gone, field.label(), "content types that are not there", table,
             fmt::format("{} NOT IN (SELECT id FROM {}){}", content_type,
                         dialect_.table(context_.content_types.table()), and_is_link),
             options_.repair);
    }

    void check(const ManyToManyField& field) {
        rows_of_ = nullptr;
        const std::string table = dialect_.table(field.join_model().table());
        for (const auto& [kind, key] : {std::pair(Kind::source_gone, &field.source_key()),
                                        std::pair(Kind::target_gone, &field.target_key())})
            find(kind, field.label(), key->target()->label(), table,
                 no_row(*key->target(), "= l." + dialect_.quote(key->column())), options_.repair);
    }

private:
    std::string no_row(const Model& model, const std::string& equals) const {
        return fmt::format("NOT EXISTS (SELECT 1 FROM {} AS t WHERE t.{} {})", context_.table_of(model),
                           dialect_.quote(model.primary_key().column()), equals);
    }

    /// By the typed key, which is sought or hashed; and by its text, since no other text is that key's.
    std::string no_target(const Model& model, const std::string& key) const {
        const Field& own = model.primary_key();
        const std::string column = "t." + dialect_.quote(own.column());
        const std::string same_text = fmt::format("{} = {}", dialect_.key_to_text(column, own.kind()), key);
        const std::string typed = dialect_.key_from_text(key, own.kind());
        return fmt::format("NOT EXISTS (SELECT 1 FROM {} AS t WHERE {}{})", context_.table_of(model),
                           typed.empty() ? "" : fmt::format("{} = {} AND ", column, typed), same_text);
    }

    std::vector<int> occurring(const GM2MField& field) {
        std::vector<int> ids;
        RowSink sink([&](std::span<const ValueView> row) { ids.push_back(static_cast<int>(row[0].integer())); });
        constexpr gm2m::Kind columns[] = {gm2m::Kind::integer};
        Request request{
            .sql = &relation::LinkStatements::of(context_, field).occurring, .columns = columns, .sink = &sink};
        context_.connection.execute(request, Access::read);
        return ids;
    }

    void find(Kind kind, const std::string& relation, const std::string& model, const std::string& table,
              const std::string& condition, bool remove, std::span<const Parameter> parameters = {}) {
        std::size_t count = 0;
        RowSink sink([&](std::span<const ValueView> row) { count = static_cast<std::size_t>(row[0].integer()); });
        constexpr gm2m::Kind columns[] = {gm2m::Kind::big_integer};
        const std::string rows = fmt::format("FROM {} AS l WHERE {}", table, condition);
        const std::string sql = (remove ? "DELETE " : "SELECT count(*) ") + rows;
        Request request{.sql = &sql, .parameters = parameters};
        if (remove && rows_of_)
            return note(kind, relation, model, remove_rows(context_, *rows_of_, rows, parameters));
        if (!remove) {
            request.columns = columns;
            request.sink = &sink;
        }
        context_.connection.execute(request, remove ? Access::write : Access::read);
        if (remove)
            count = request.affected;
        note(kind, relation, model, count);
    }
    void note(Kind kind, const std::string& relation, const std::string& model, std::size_t count) {
        if (count > 0)
            found_.push_back({kind, relation, model, count});
    }

    Context& context_;
    const Dialect& dialect_;
    const VerifyOptions& options_;
    const std::vector<ContentType>& stale_;
    std::vector<Inconsistency>& found_;
    const Model* rows_of_ = nullptr;  // the through model of the relation that is checked
};

}  // namespace

std::vector<Inconsistency> verify(Context& context, const VerifyOptions& options) {
    std::vector<Inconsistency> found;
    const std::vector<ContentType> stale = ContentTypes(context.content_types).stale(options.of_unknown_apps);
    LinkCheck links(context, options, stale, found);
    for (const GM2MField& field : context.registry.gm2m_fields())
        if (field.find_source())
            links.check(field);
    for (const ManyToManyField& field : context.registry.many_to_many_fields())
        if (field.data().source && field.data().target)
            links.check(field);
    for (const ContentType& content_type : stale)
        found.push_back({Kind::stale_content_type, "", content_type.app_label + "." + content_type.model, 0});
    if (options.remove_stale_content_types)
        remove_stale(context, options.of_unknown_apps);
    if (options.repair || options.remove_stale_content_types)
        context.write_log.wrote_everything();
    return found;
}

}  // namespace deletion
}  // namespace gm2m
