using System.CommandLine;
using MaaS.Registry.Versions;

namespace MaaS.Cli.Registry;

/// <summary><c>maas registry approval</c>.</summary>
internal sealed class ApprovalVerb : RegistryVerb
{
    private readonly Argument<string> _model = new("model") { Description = "NAME." };
    private readonly Argument<string> _needed = new("needed") { Description = "needed or not-needed." };

    public ApprovalVerb()
        : base("approval", "Says whether versions must be approved before they go to production.",
            ("maas registry approval digits needed", "No unapproved version of digits goes to production."))
    {
        _needed.AcceptOnlyFromAmong("needed", "not-needed");
        Arguments.Add(_model);
        Arguments.Add(_needed);
        Common.AddTo(this, changes: true, prints: false);
    }

    protected override Task RunAsync(ModelStore store, ParseResult result, CancellationToken cancellationToken)
        => store.RequireApprovalAsync(
            result.GetRequiredValue(_model), result.GetRequiredValue(_needed) is "needed", Common.Change(result),
            cancellationToken);
}
