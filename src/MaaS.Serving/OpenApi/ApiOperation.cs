namespace MaaS.Serving.OpenApi;

/// <summary>
/// What the OpenAPI document says of one endpoint. Schemas come from the examples, so the two cannot disagree.
/// </summary>
/// <param name="Protocol">The protocol; operations are grouped by it.</param>
/// <param name="Id">Name of the operation, unique in the document.</param>
/// <param name="Summary">What it does.</param>
/// <param name="Response">An answer, as JSON; null for an empty one.</param>
/// <param name="Request">A body, as JSON; null where the endpoint takes none.</param>
/// <param name="Errors">Statuses of refusals besides those that every endpoint has.</param>
internal sealed record ApiOperation(
    string Protocol, string Id, string Summary, string? Response, string? Request = null, params int[] Errors)
{
    /// <summary>Query parameters by name, with what they mean.</summary>
    public IReadOnlyList<(string Name, string Meaning)> Query { get; init; } = [];

    /// <summary>Other media types that a body may have.</summary>
    public IReadOnlyList<string> OtherBodies { get; init; } = [];

    /// <summary>Another media type that the answer may have; null for none.</summary>
    public string? OtherAnswer { get; init; }

    /// <summary>Media type of the answer.</summary>
    public string AnswerType { get; init; } = "application/json";

    /// <summary>More than the summary says; null for nothing.</summary>
    public string? Description { get; init; }

    /// <summary>Whether refusals have TorchServe's form.</summary>
    public bool HasTorchServeErrors { get; init; }

    /// <summary>Whether refusals have OpenAI's form.</summary>
    public bool HasOpenAiErrors { get; init; }
}
