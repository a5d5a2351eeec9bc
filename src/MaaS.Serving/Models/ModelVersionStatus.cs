namespace MaaS.Serving.Models;

/// <summary>What a client may know of one version of a model.</summary>
/// <param name="Name">The model.</param>
/// <param name="Version">1 or more.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="ErrorCode"><c>OK</c>, or gRPC's name of what went wrong last, as <c>INVALID_ARGUMENT</c>.</param>
/// <param name="ErrorMessage">
/// What went wrong last; empty when nothing did. An available version may have one: its newer content could not be
/// loaded.
/// </param>
/// <param name="Labels">Labels that lead to this version now, in order.</param>
/// <param name="Bytes">Estimated memory while it is loaded; 0 while it is not.</param>
public sealed record ModelVersionStatus(
    string Name, long Version, ModelState State, string ErrorCode, string ErrorMessage, IReadOnlyList<string> Labels,
    long Bytes)
{
    /// <summary>Whether a request can be answered: it is loaded, or will be on the first request.</summary>
    public bool IsServable { get; init; }

    /// <summary>What its package says that it is for, as <c>image-classification</c>; null where that is not
    /// known.</summary>
    public string? Task { get; init; }

    /// <summary>When its package says that it was made; null while it is not loaded, or where its package does not say
    /// it.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Names of the adapters that a language model's texts may be written with, in order; empty while it is
    /// not loaded.</summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];
}
