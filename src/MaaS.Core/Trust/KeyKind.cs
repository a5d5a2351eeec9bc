namespace MaaS.Core.Trust;

/// <summary>What a key pair is for. One pair never does both.</summary>
public enum KeyKind
{
    /// <summary>Signs packages; its public half says who is trusted.</summary>
    Signing,

    /// <summary>Opens packages that were encrypted to its public half.</summary>
    Encryption,
}
