namespace MaaS.Registry.Exchange;

/// <summary>Who asks a registry.</summary>
/// <param name="User">The account.</param>
/// <param name="Password">Its password, or an access token that stands for it.</param>
public sealed record RegistryLogin(string User, string Password)
{
    /// <summary>The account alone: a password is not for logs.</summary>
    public override string ToString() => User;
}
