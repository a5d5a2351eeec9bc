namespace MaaS.Core.Trust;

/// <summary>A key pair of a ring.</summary>
/// <param name="Name">Of its owner.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Fingerprint">See <see cref="KeyFingerprint"/>.</param>
/// <param name="PublicFile">Path of the public half.</param>
/// <param name="PrivateFile">Path of the private half; null when this ring has the public one alone.</param>
/// <param name="Revoked">When and why it was taken back; null while it counts.</param>
public sealed record KeyRingEntry(
    string Name, KeyKind Kind, string Fingerprint, string PublicFile, string? PrivateFile, RevokedKey? Revoked);
