namespace MaaS.Training.Images;

/// <summary>What reading a file told.</summary>
/// <param name="Fault">Why it cannot be used, with its path; null where it can.</param>
/// <param name="Sha256">Of its bytes, hexadecimal.</param>
/// <param name="Means">(C) means of the pixels, scaled to 0…1.</param>
/// <param name="Squares">(C) means of their squares.</param>
internal sealed record ImageFacts(string? Fault, string Sha256, double[] Means, double[] Squares);
