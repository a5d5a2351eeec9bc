namespace MaaS.Registry.Versions;

/// <summary>A model at a glance.</summary>
/// <param name="Name">The model.</param>
/// <param name="Versions">How many versions it has.</param>
/// <param name="Latest">The newest of them; 0 where all were deleted.</param>
/// <param name="Production">The one in production; null where there is none.</param>
/// <param name="NeedsApproval">Whether a version must be approved before it goes to production.</param>
public sealed record ModelSummary(
    string Name, long Versions, long Latest, long? Production, bool NeedsApproval);
