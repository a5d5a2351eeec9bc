using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Registry.Exchange;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas login</c>.</summary>
internal sealed class LoginCommand : VerbCommand
{
    private readonly Argument<string> _host = new("host") { Description = "HOST[:PORT] of the registry." };
    private readonly Option<string> _user = new("--user", "-u")
    {
        Description = "The account.",
        HelpName = "name",
        Required = true,
    };

    private readonly ExchangeOptionSet _exchange = new();

    public LoginCommand()
        : base(
            "login",
            "Checks and stores a login of an OCI registry; the password, or a token, is read from the input.")
    {
        Arguments.Add(_host);
        Options.Add(_user);
        _exchange.AddTo(this, transfers: false, prints: false);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
        [("maas login models.example --user ann < password.txt",
            "Stored in ~/.config/maas/registries.json, which only you may read.")];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var host = result.GetRequiredValue(_host);
        ExchangeOptionSet.Parse($"{host}/any");
        if (!Console.IsInputRedirected)
        {
            Console.Error.Write("Password: ");
        }

        var password = Console.IsInputRedirected
            ? await Console.In.ReadLineAsync(cancellationToken) : PassphraseOptions.ReadHidden();
        var login = new RegistryLogin(
            result.GetRequiredValue(_user),
            password is { Length: > 0 } ? password
                : throw new UsageException("login: expected a password in the first line of the input, found none."));
        using var exchange = _exchange.Open(result);
        var verdict = await exchange.CheckLoginAsync(host, login, cancellationToken)
            ? $"takes {login.User}" : "answers without a login, so that the password was not checked";
        Console.WriteLine($"{host} {verdict}; stored in {RegistryLogins.Default.Store(host, login)}");
        return ExitCode.Success;
    }
}
