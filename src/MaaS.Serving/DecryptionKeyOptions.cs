using MaaS.Core.Trust;

namespace MaaS.Serving;

/// <summary>A private key that opens encrypted packages.</summary>
public sealed record DecryptionKeyOptions
{
    /// <summary>A PEM file, as <c>maas encryption-keys create</c> writes it.</summary>
    public string File { get; set; } = "";

    /// <summary>A file whose first line is the passphrase; null for <see cref="PassphraseVariable"/>.</summary>
    public string? PassphraseFile { get; set; }

    /// <summary>The variable of the environment that holds the passphrase. Default <c>MAAS_PASSPHRASE</c>.</summary>
    public string PassphraseVariable { get; set; } = Passphrase.Variable;
}
