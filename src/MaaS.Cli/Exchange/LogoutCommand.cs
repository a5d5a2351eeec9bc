using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Cli.Commands;
using MaaS.Registry.Exchange;

namespace MaaS.Cli.Exchange;

/// <summary><c>maas logout</c>.</summary>
internal sealed class LogoutCommand : VerbCommand
{
    private readonly Argument<string> _host = new("host") { Description = "HOST[:PORT] of the registry." };

    public LogoutCommand()
        : base("logout", "Forgets the login of an OCI registry that 'maas login' stored.") => Arguments.Add(_host);

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples
        => [("maas logout models.example", "Docker's own logins stay.")];

    protected override Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var host = result.GetRequiredValue(_host);
        Console.WriteLine($"{host} is forgotten in {RegistryLogins.Default.Store(host, login: null)}");
        return Task.FromResult(ExitCode.Success);
    }
}
