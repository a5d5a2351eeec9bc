namespace MaaS.Serving;

/// <summary>A client certificate and what its holder may do.</summary>
public sealed class ClientCertificateOptions
{
    /// <summary>The certificate's subject, as <c>CN=fraud-team, O=Example</c>.</summary>
    public string Subject { get; set; } = "";

    /// <summary>Names among <c>predict</c>, <c>read</c> and <c>admin</c>.</summary>
    public IList<string> Scopes { get; set; } = [];

    /// <summary>Models that it opens; none or <c>*</c> for all.</summary>
    public IList<string> Models { get; set; } = [];
}
