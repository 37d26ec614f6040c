#include "check/selection.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "backend/nearest.hpp"
#include "model/names.hpp"

namespace gm2m {
namespace {

/// Whether the subject is, or is in, what is asked for. Labels ignore case, as models do.
bool is_within(const std::string& subject, const std::string& asked) {
    const std::string whole = to_lower(subject), part = to_lower(asked);
    return whole == part || whole.starts_with(part + ".");
}

}  // namespace

bool Selection::runs(std::string_view tag) const {
    return options_.tags.empty() || std::ranges::find(options_.tags, tag) != options_.tags.end();
}

bool Selection::runs(const detail::CheckState::OwnCheck& own) const {
    return options_.tags.empty() || std::ranges::any_of(own.tags, [&](const std::string& tag) { return runs(tag); });
}

std::vector<std::string> Selection::with_inherited(const std::string& subject) const {
    std::vector<std::string> labels{subject};
    const std::size_t end = std::min(subject.find('.', subject.find('.') + 1), subject.size());
    if (const Model* model = check_registry::find_model(registry_, subject.substr(0, end)))
        for (const Model* table : model->table_models())
            labels.push_back(table->label() + subject.substr(end));
    return labels;
}

void Selection::narrow(std::vector<Finding>& findings) const {
    const detail::CheckState& state = registry_.checks();
    std::vector<std::string> subjects;
    for (const std::string& subject : options_.subjects)
        std::ranges::move(with_inherited(subject), std::back_inserter(subjects));
    const std::lock_guard lock(state.mutex);
    std::erase_if(findings, [&](const Finding& finding) {
        const auto is_asked_for = [&](const std::string& asked) { return is_within(finding.subject, asked); };
        return state.silenced.contains(finding.id) ||
               (!subjects.empty() && finding.id != "gm2m.W901" && std::ranges::none_of(subjects, is_asked_for));
    });
}

bool Selection::is_known(const std::string& subject) const {
    const std::vector<std::string> asked = with_inherited(subject);
    const auto names = [&](const std::string& label) {
        return std::ranges::any_of(asked, [&](const std::string& each) { return is_within(label, each); });
    };
    for (const Model* model : registry_.models()) {
        if (names(model->label()))
            return true;
        for (const auto& field : model->fields())
            if (names(field->label()))
                return true;
    }
    return std::ranges::any_of(registry_.gm2m_fields(), [&](const GM2MField& field) { return names(field.label()); }) ||
           std::ranges::any_of(registry_.many_to_many_fields(),
                               [&](const ManyToManyField& field) { return names(field.label()); });
}

void Selection::check_itself(check_registry::Found& found) const {
    std::vector<std::string> tags{"models", "relations", "database"};
    for (const auto& own : own_checks_)
        tags.insert(tags.end(), own.tags.begin(), own.tags.end());
    for (const std::string& tag : options_.tags)
        if (std::ranges::find(tags, tag) == tags.end())
            found.warning("gm2m.W901", "", {}, fmt::format("no check has the tag '{}'{}", tag, did_you_mean(tag, tags)),
                          "ask for a tag that a check has");
    for (const std::string& subject : options_.subjects)
        if (const Model* model = check_registry::find_model(registry_, subject);
            model && !check_registry::why_no_objects(*model).empty())
            found.warning(
                "gm2m.W901", "", {},
                fmt::format("{} {}, and is not checked", model->label(), check_registry::why_no_objects(*model)),
                fmt::format("ask for {}", check_registry::models_instead(*model)));
        else if (!is_known(subject))
            found.warning("gm2m.W901", "", {}, fmt::format("no model, field or relation is called '{}'", subject),
                          "write \"app.Model\" or \"app.Model.field\"");
}

}  // namespace gm2m
