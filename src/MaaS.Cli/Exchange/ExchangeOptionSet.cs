using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Registry.Exchange;

namespace MaaS.Cli.Exchange;

/// <summary>How a registry is reached, and how answers are printed.</summary>
internal sealed class ExchangeOptionSet
{
    private readonly Option<bool> _plainHttp = new("--plain-http")
    {
        Description = "HTTP without TLS; passwords then go to this machine alone.",
    };

    private readonly Option<string?> _authority = new("--ca")
    {
        Description = "PEM file of the authorities of the registry's certificate. Default: the system's.",
        HelpName = "file",
    };

    private readonly Option<int> _parallel = OptionKinds.Number("--parallel", "Files sent or fetched at once.", 4);
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON." };

    public void AddTo(Command command, bool transfers = true, bool prints = true)
    {
        command.Options.Add(_plainHttp);
        command.Options.Add(_authority);
        if (transfers)
        {
            command.Options.Add(_parallel);
        }

        if (prints)
        {
            command.Options.Add(_json);
        }
    }

    /// <param name="result">What was given.</param>
    /// <param name="maxCopyBytes">As <see cref="ExchangeOptions.MaxCopyBytes"/>; null for its default.</param>
    public ModelExchange Open(ParseResult result, long? maxCopyBytes = null)
        => OptionKinds.Checked(() => new ModelExchange(new ExchangeOptions
        {
            MaxCopyBytes = maxCopyBytes ?? new ExchangeOptions().MaxCopyBytes,
            PlainHttp = result.GetValue(_plainHttp),
            AuthorityFile = result.GetValue(_authority),
            Parallelism = result.CommandResult.Command.Options.Contains(_parallel) ? result.GetValue(_parallel) : 4,
        }));

    public bool IsJson(ParseResult result) => result.GetValue(_json);

    public static Argument<string> Reference(string name = "reference")
        => new(name) { Description = "HOST[:PORT]/NAME[:TAG], or @sha256:… to read; the tag is latest by default." };

    public static OciReference Parse(string text)
    {
        try
        {
            return OciReference.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message, e);
        }
    }
}
