namespace MaaS.Serving.Security;

/// <summary>An API key as it is stored: the key itself is shown once, when it is made, and kept nowhere.</summary>
public sealed class ApiKeyOptions
{
    /// <summary>The part of the key that names it: 12 hexadecimal digits.</summary>
    public string Id { get; set; } = "";

    /// <summary>Who holds it, in logs and in the audit log.</summary>
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the whole key, 64 hexadecimal digits.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>Names among <c>predict</c>, <c>read</c> and <c>admin</c>.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Models that it opens; none or <c>*</c> for all.</summary>
    public IList<string> Models { get; set; } = [];

    /// <summary>When it ceases to work; null for never.</summary>
    public DateTimeOffset? Expires { get; set; }

    /// <summary>Requests a second that its holder may send; null for the server's limit.</summary>
    public double? RequestsPerSecond { get; set; }

    internal IEnumerable<string> Faults(string where)
    {
        if (Id.Length != ApiKey.IdLength || !Id.All(char.IsAsciiHexDigitLower))
        {
            yield return $"{where}:{nameof(Id)}: expected {ApiKey.IdLength} lower-case hexadecimal digits, got '{Id}'; 'maas keys create' makes keys";
        }

        if (Name.Length is 0 or > 128)
        {
            yield return $"{where}:{nameof(Name)}: expected 1 to 128 characters, got {Name.Length}";
        }

        if (Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit))
        {
            yield return $"{where}:{nameof(Sha256)}: expected the 64 hexadecimal digits of a SHA-256, got {Sha256.Length} characters";
        }

        if (Scopes.Count == 0)
        {
            yield return $"{where}:{nameof(Scopes)}: expected at least one of [{string.Join(", ", ServingScopes.Names)}], got none";
        }

        if (RequestsPerSecond is <= 0 or > 1e6 or double.NaN)
        {
            yield return $"{where}:{nameof(RequestsPerSecond)}: expected above 0 to 1000000, got {RequestsPerSecond}";
        }

        foreach (var fault in ServingScopes.Faults(Scopes, $"{where}:{nameof(Scopes)}"))
        {
            yield return fault;
        }
    }
}
