#include "deletion/deletion.hpp"

#include <deque>

#include <fmt/format.h>

#include <gm2m/error.hpp>

#include "backend/text_form.hpp"
#include "model/relation_data.hpp"
#include "query/model_statements.hpp"
#include "relation/link_statements.hpp"
#include "relation/typed_link_statements.hpp"

namespace gm2m::deletion {

using backend::Access;
using backend::Parameter;
using backend::Request;
using relation::LinkStatements;
using relation::TypedLinkStatements;

Deleted remove(Context& context, const ObjectView& object) {
    const Model& model = *object.model;
    model.require_writable();
    const ModelStatements& statements = ModelStatements::of(context, model);
    const Field& key = model.primary_key();
    Scratch scratch;
    const ValueView value = object.key_view(scratch);
    if (is_missing_key(key, value))
        throw UnsavedObject(fmt::format("an object of {} was never saved: there is nothing to delete", model.label()));
    std::string key_text;
    text::append_value(key_text, key.kind(), value);

    const std::optional<int> content_type = context.content_types.find_id(model);
    const Parameter by_key[] = {Parameter(key.kind(), value)};
    const Parameter by_link[] = {Parameter::integer(content_type.value_or(0)), Parameter::text(key_text)};
    std::vector<Request> requests;
    for (const GM2MField& field : context.registry.gm2m_fields()) {
        const LinkStatements& links = LinkStatements::of(context, field);
        if (&field.source() == &model)
            requests.push_back({.sql = &links.clear, .parameters = by_key});
        if (content_type)
            requests.push_back(
                {.sql = &TypedLinkStatements::of(context, field.relation(), true).clear, .parameters = by_link});
    }
    for (const ManyToManyField& field : context.registry.many_to_many_fields())
        for (const auto& [end, reverse] : {std::pair(field.data().source, false), std::pair(field.data().target, true)})
            if (end == &model)
                requests.push_back(
                    {.sql = &TypedLinkStatements::of(context, field.relation(), reverse).clear, .parameters = by_key});
    requests.push_back({.sql = &statements.remove, .parameters = by_key});
    context.connection.execute(requests, Access::write);
    context.write_log.wrote_everything();

    Deleted deleted{requests.back().affected, 0};
    requests.pop_back();
    for (const Request& request : requests)
        deleted.links += request.affected;
    if (object.row)
        object.row->stored = false;
    return deleted;
}

std::vector<ContentType> remove_stale(Context& context, bool of_unknown_apps) {
    std::vector<ContentType> stale = ContentTypes(context.content_types).stale(of_unknown_apps);
    if (stale.empty())
        return stale;
    backend::in_transaction(context.connection, [&] {
        std::deque<Parameter> parameters;
        std::vector<Request> requests;
        std::vector<int> ids;
        for (const ContentType& content_type : stale) {
            ids.push_back(content_type.id);
            const Parameter& id = parameters.emplace_back(Parameter::integer(content_type.id));
            for (const GM2MField& field : context.registry.gm2m_fields())
                requests.push_back({.sql = &LinkStatements::of(context, field).remove_content_type,
                                    .parameters = std::span(&id, 1)});
        }
        context.connection.execute(requests, Access::write);
        context.content_types.remove(ids);
        context.write_log.wrote_everything();
    });
    return stale;
}

}  // namespace gm2m::deletion
