using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.OpenApi;

namespace MaaS.Serving.OpenApi;

/// <summary>The description of the server as a page without scripts.</summary>
internal static class DocumentPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
            color:#1a1a1a;background:#fff}
        pre{background:#f4f4f4;padding:.75rem;overflow-x:auto;white-space:pre-wrap}
        summary{cursor:pointer}code{font-size:.95em}
        details{border-top:1px solid #ddd;padding:.5rem 0}.m{display:inline-block;min-width:4.5rem;font-weight:600}
        @media(prefers-color-scheme:dark){
            body{color:#eee;background:#161616}pre{background:#262626}details{border-color:#444}a{color:#8cf}}
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>HTML of a document: its operations by protocol, each with what it takes and gives.</summary>
    public static string Of(OpenApiDocument document)
    {
        var html = new StringBuilder("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Append(
                "<meta name=\"viewport\" content=\"width=device-width\"><title>").Append(Text(document.Info.Title))
                    .Append(" API</title><style>")
            .Append(Style).Append("</style></head><body><main><h1>").Append(Text(document.Info.Title)).Append(
                " API</h1><p>")
            .Append(Text(document.Info.Description)).Append(" <a href=\"openapi.json\">openapi.json</a></p>");
        var operations =
            from path in document.Paths
            from operation in path.Value.Operations ?? []
            select (Path: path.Key, Method: operation.Key.Method, Operation: operation.Value);
        foreach (var protocol in operations.GroupBy(o => o.Operation.Tags?.FirstOrDefault()?.Name ?? ""))
        {
            html.Append("<section><h2>").Append(Text(protocol.Key)).Append("</h2>");
            foreach (var (path, method, operation) in protocol)
            {
                Append(html, path, method, operation);
            }

            html.Append("</section>");
        }

        return html.Append("</main></body></html>").ToString();
    }

    private static void Append(StringBuilder html, string path, string method, OpenApiOperation operation)
    {
        html.Append(
            "<details><summary><span class=\"m\">").Append(Text(method)).Append("</span> <code>").Append(Text(path))
                .Append("</code> ")
            .Append(Text(operation.Summary)).Append("</summary>");
        if (operation.Description is { Length: > 0 } description)
        {
            html.Append("<p>").Append(Text(description)).Append("</p>");
        }

        if (operation.Parameters is { Count: > 0 } parameters)
        {
            html.Append("<h3>Parameters</h3><ul>");
            foreach (var parameter in parameters)
            {
                html.Append("<li><code>").Append(Text(parameter.Name)).Append("</code> (").Append(
                    Text(parameter.In?.ToString().ToLowerInvariant())).Append(") ")
                    .Append(Text(parameter.Description)).Append("</li>");
            }

            html.Append("</ul>");
        }

        Append(html, "Request", operation.RequestBody?.Content);
        foreach (var (status, response) in operation.Responses ?? [])
        {
            Append(
                html,
                $"{status} {response.Description}",
                status.StartsWith('2') ? response.Content : null,
                isShown: true);
        }

        html.Append("</details>");
    }

    private static void Append(
        StringBuilder html, string heading, IDictionary<string, OpenApiMediaType>? content, bool isShown = false)
    {
        if (content is null && !isShown)
        {
            return;
        }

        html.Append("<h3>").Append(Text(heading)).Append("</h3>");
        foreach (var (type, media) in content ?? new Dictionary<string, OpenApiMediaType>())
        {
            html.Append("<p><code>").Append(Text(type)).Append("</code></p>");
            if (media.Example is { } example)
            {
                html.Append("<pre>").Append(Text(example.ToJsonString(Indented))).Append("</pre>");
            }
        }
    }

    private static string Text(string? text) => WebUtility.HtmlEncode(text) ?? "";
}
