namespace MaaS.Registry.Access;

/// <summary>Somebody's wish to download a model, and what became of it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Who">The account: the name of an API key; <c>token:</c>, <c>certificate:</c> or <c>user:</c>
/// and a name for other proofs.</param>
/// <param name="State">What became of it.</param>
/// <param name="Asked">When they asked; where nobody asked, when it was decided.</param>
/// <param name="Reason">Why they want it; null where they did not say.</param>
/// <param name="Decided">When it was decided; null while nobody has.</param>
/// <param name="DecidedBy">Who decided; null while nobody has.</param>
/// <param name="DecisionReason">Why; null where nobody said.</param>
public sealed record AccessRequest(
    string Model, string Who, AccessState State, DateTimeOffset Asked, string? Reason, DateTimeOffset? Decided,
    string? DecidedBy, string? DecisionReason);
