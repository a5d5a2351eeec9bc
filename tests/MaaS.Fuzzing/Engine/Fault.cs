namespace MaaS.Fuzzing.Engine;

/// <summary>What is wrong with how an input was taken.</summary>
/// <param name="Key">The same for inputs that show the same fault: kind, exception and place.</param>
/// <param name="Details">Message and stack.</param>
internal sealed record Fault(string Key, string Details);
