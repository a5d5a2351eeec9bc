namespace MaaS.Serving.Security;

/// <summary>What stands before the names of accounts that are not those of API keys, as in
/// <c>token:ann</c>.</summary>
internal static class ProofKinds
{
    public const string Token = "token", Certificate = "certificate", User = "user";

    /// <summary>Whether a name could be taken for that of an account of another kind than API keys.</summary>
    public static bool IsReserved(string name)
        => new[] { Token, Certificate, User }.Any(k => name.StartsWith($"{k}:", StringComparison.Ordinal));
}
