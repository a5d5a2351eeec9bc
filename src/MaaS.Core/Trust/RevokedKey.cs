namespace MaaS.Core.Trust;

/// <summary>A key that counts no more.</summary>
/// <param name="Fingerprint">See <see cref="KeyFingerprint"/>.</param>
/// <param name="When">When it was taken back.</param>
/// <param name="Name">Of its owner, for people; null when it is not known.</param>
/// <param name="Reason">Why; null when nobody said.</param>
public sealed record RevokedKey(string Fingerprint, DateTimeOffset When, string? Name = null, string? Reason = null);
