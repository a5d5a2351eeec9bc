namespace MaaS.Training.Startup;

/// <summary>Checks the operators and takes the fastest setting of oneDNN that is right.</summary>
internal sealed class StartupCheck
{
    /// <summary>The setting that was made before libtorch was used.</summary>
    public required ProcessSetting OneDnn { get; init; }

    /// <summary>Whether that setting surely holds, so that what is found is found of it.</summary>
    public required bool Holds { get; init; }

    /// <summary>The settings to choose from, the fastest first.</summary>
    public required IReadOnlyList<string> Ladder { get; init; }

    /// <summary>What is known of this processor.</summary>
    public required VerdictFile Verdicts { get; init; }

    /// <summary>Measures cases; the second argument says whether to stop at the first that is wrong.</summary>
    public required Func<IReadOnlyList<OperatorCase>, bool, IReadOnlyList<OperatorError>> Measure { get; init; }

    /// <summary>Takes oneDNN out of this process.</summary>
    public required Action SwitchOff { get; init; }

    /// <summary>Runs the check.</summary>
    /// <returns>
    /// The setting in force, the errors measured with it, and what to tell the user; null for nothing.
    /// </returns>
    /// <exception cref="TorchNumericsException">Operators are wrong without oneDNN, too.</exception>
    public (string Setting, IReadOnlyList<OperatorError> Errors, string? Message) Run()
    {
        var setting = OneDnn.Value;
        var known = Verdicts.Read();
        if (setting == OneDnnLadder.Off || known.Wrong.ContainsKey(setting))
        {
            var errors = WithoutOneDnn(known);
            var why = known.Wrong.GetValueOrDefault(setting) ?? string.Join("; ", known.Wrong.Values.Take(1));
            return (OneDnnLadder.Off, errors, OneDnn.Source == ProcessSetting.FromUser && setting == OneDnnLadder.Off
                ? null
                : Line(known, why, "oneDNN is off", OneDnnLadder.Off));
        }

        var isNew = !known.Right.Contains(setting);
        if (isNew && Holds)
        {
            _ = Verdicts.Begin(setting);
        }

        // A setting that passed on this processor is looked at again, in short: machines move, and their processors
        // with them.
        var measured = Measure(isNew ? OperatorCases.All : OperatorCases.Canaries, true);
        if (measured.FirstOrDefault(static e => e.IsWrong) is { } wrong)
        {
            return AfterWrong(setting, wrong);
        }

        if (isNew && Holds)
        {
            _ = Verdicts.Update(v => v with { Right = v.Right.Add(setting), Trying = null });
        }

        var reason = known.Wrong.GetValueOrDefault(OneDnnLadder.Default);
        return (setting, measured, OneDnn.Source == ProcessSetting.FromMaaS && reason is not null
            ? Line(known, reason, $"oneDNN is limited to {setting}", setting)
            : null);
    }

    private (string Setting, IReadOnlyList<OperatorError> Errors, string? Message) AfterWrong(
        string setting, OperatorError wrong)
    {
        var written = Holds && Verdicts.Update(v => v with
        {
            Wrong = v.Wrong.SetItem(setting, wrong.ToString()),
            Right = v.Right.Remove(setting),
            Trying = null,
        });
        var known = Verdicts.Read();
        var errors = WithoutOneDnn(known);
        var next = written ? known.Choose(Ladder) : null;
        return (OneDnnLadder.Off, errors, Line(
            known, wrong.ToString(),
            "oneDNN is off in this process" + (next is null or OneDnnLadder.Off ? "" : $", the next tries {next}"),
            OneDnnLadder.Off));
    }

    private IReadOnlyList<OperatorError> WithoutOneDnn(OneDnnVerdicts known)
    {
        SwitchOff();
        var isKnown = known.Right.Contains(OneDnnLadder.Off);
        var errors = Measure(isKnown ? OperatorCases.Canaries : OperatorCases.All, false);
        if (errors.Where(static e => e.IsWrong).ToList() is { Count: > 0 } wrong)
        {
            throw new TorchNumericsException(
                $"torch: expected libtorch's operators to agree with float64, got {wrong.Count} results that do not, "
                + $"without oneDNN too: {string.Join("; ", wrong.Take(3))}. Nothing is computed with them; take "
                + $"another machine or another version of libtorch (`maas doctor` shows all), or go on at "
                + $"your own risk with {ProcessSettings.Switch}=0.");
        }

        if (!isKnown)
        {
            _ = Verdicts.Update(static v => v with { Right = v.Right.Add(OneDnnLadder.Off) });
        }

        return errors;
    }

    private static string Line(OneDnnVerdicts known, string seen, string done, string setting)
        => $"maas: oneDNN gives wrong numbers on this processor ({seen}); {done}. "
            + (known.Fastest is null
                ? "`maas doctor` finds the fastest setting that is right."
                : $"Set {OneDnnLadder.Instruction(setting)} to say so yourself.");
}
