using System.Collections;
using System.Globalization;
using System.Reflection;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Schedules;
using MaaS.Training.Fitting.Tasks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Checkpointing;

/// <summary>What a run's result depends on beside its weights: a resumed run must have the same.</summary>
/// <param name="Fingerprint">That of the data; null where nobody compares.</param>
/// <param name="Options">What changes the result, by name.</param>
/// <param name="Circumstances">What may change the last bits of it, by name.</param>
internal sealed record RunDescription(
    string? Fingerprint, IReadOnlyDictionary<string, string> Options,
    IReadOnlyDictionary<string, string> Circumstances)
{
    /// <summary>Describes a run.</summary>
    public static RunDescription Of(
        TrainerOptions o, object task, optim.Optimizer? optimizer, ExecutionPlan plan, RunLength length,
        long batchSize, string? fingerprint)
    {
        var options = new Dictionary<string, string>
        {
            ["global batch"] = Text(batchSize * o.AccumulationSteps * (o.Processes?.Size ?? 1)),
            [nameof(o.LearningRate)] = Text(o.LearningRate),
            [nameof(o.WeightDecay)] = Text(o.WeightDecay),
            [nameof(o.Schedule)] = Text(o.Schedule),
            [nameof(o.WarmupSteps)] = Text(o.WarmupSteps),
            [nameof(o.WarmupShare)] = Text(o.WarmupShare),
            [nameof(o.GradientClipNorm)] = Text(o.GradientClipNorm),
            [nameof(o.GradientClipValue)] = Text(o.GradientClipValue),
            [nameof(o.Seed)] = Text(o.Seed),
            [nameof(o.Precision)] = Text(o.Precision),
            [nameof(o.Augmentation)] = Text(o.Augmentation),
            [nameof(o.Monitor)] = $"{o.Monitor ?? "the task's"} {Text(o.MonitorGreaterIsBetter)}",
            [nameof(o.StepsPerEpoch)] = Text(o.StepsPerEpoch),
            ["rates"] = $"{o.LearningRateAt is not null} {o.SchedulerFactory is not null} {o.SchedulerUnit}",
            [nameof(o.SynchronizeBatchNorm)] = Text(o.SynchronizeBatchNorm),
            [nameof(o.ParameterRules)] = string.Join("; ", o.ParameterRules.Select(static r => $"{r}")),
            ["task"] = $"{task.GetType()} {Properties(task)}",
            [nameof(o.Optimizer)] = optimizer is null
                ? $"{o.Optimizer}{(o.Optimizer == OptimizerKind.Sgd ? $" {Text(o.Momentum)}" : "")}"
                : $"{optimizer.GetType()} {Groups(optimizer)}",
            ["callbacks"] = string.Join(
                ", ", o.Callbacks.OfType<ICallbackState>().Select(static c => $"{c.GetType()} {Properties(c)}")),
        };
        if (o.Schedule == ScheduleKind.Step)
        {
            options[nameof(o.ScheduleStepEpochs)] = Text(o.ScheduleStepEpochs);
            options[nameof(o.ScheduleGamma)] = Text(o.ScheduleGamma);
        }

        if (o.SchedulerFactory is null && o.LearningRateAt is null && LearningRateSchedule.NeedsTotal(o)
            && o.Schedule != ScheduleKind.Step)
        {
            options["updates"] = Text(length.Epochs * length.StepsPerEpoch);
        }

        return new RunDescription(fingerprint, options, new Dictionary<string, string>
        {
            ["version"] = typeof(Trainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
                ?.InformationalVersion ?? "",
            ["plan"] = plan.ToString(),
            ["processes"] = Text(o.Processes?.Size ?? 1),
        });
    }

    /// <summary>Refuses a checkpoint of other options.</summary>
    /// <exception cref="InvalidDataException">The message names all that differ.</exception>
    public void Compare(string path, IReadOnlyDictionary<string, string> saved)
    {
        var differing = Differing(Options, saved).ToArray();
        if (differing.Length > 0)
        {
            throw new InvalidDataException(
                $"{path}: expected a checkpoint of the same options, got other ones: {string.Join("; ", differing)}; "
                    + "resume with those of the checkpoint, name another place, or start anew without resuming.");
        }
    }

    /// <summary>Names what differs and may change the last bits.</summary>
    public void Mention(IReadOnlyDictionary<string, string> saved, Action<string> warn)
    {
        var differing = Differing(Circumstances, saved).ToArray();
        if (differing.Length > 0)
        {
            warn($"resumed under other circumstances, so the last bits may differ: {string.Join("; ", differing)}");
        }
    }

    private static IEnumerable<string> Differing(
        IReadOnlyDictionary<string, string> now, IReadOnlyDictionary<string, string> saved)
        => now.Keys.Union(saved.Keys)
            .Where(name => now.GetValueOrDefault(name) != saved.GetValueOrDefault(name))
            .Select(name => $"{name} is '{now.GetValueOrDefault(name)}', was '{saved.GetValueOrDefault(name)}'");

    // An optimizer's settings are numbers in its groups' options; a scheduler moves the rate, which the factory states.
    private static string Groups(optim.Optimizer optimizer)
        => optimizer is not OptimizerHelper helper ? "" : string.Join("; ", helper.state_dict().Options.Select(
            static g => string.Join(", ", g.GetType().GetFields(BindingFlags.Instance | BindingFlags.Public)
                .OrderBy(static f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name} {Text(f.GetValue(g))}")
                .Prepend($"rate {Text(g.InitialLearningRate)}"))));

    private static string Properties(object value)
        => string.Join(", ", value.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(static p => p.CanWrite && p.GetIndexParameters().Length == 0 && Simple(p.PropertyType))
            .OrderBy(static p => p.Name, StringComparer.Ordinal).Select(p => $"{p.Name} {Text(p.GetValue(value))}")
            .Concat(Fields(value)));

    // What a constructor was given: fields that are set once, and captured parameters of primary constructors.
    private static IEnumerable<string> Fields(object value)
    {
        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(
                BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly)
                .Where(
                    static f => (f.IsInitOnly && f.Name[0] != '<') || f.Name.EndsWith(">P", StringComparison.Ordinal))
                .Where(static f => Simple(f.FieldType) || f.FieldType == typeof(RegressionLoss))
                .OrderBy(static f => f.Name, StringComparer.Ordinal))
            {
                yield return $"{field.Name} {Text(field.GetValue(value))}";
            }
        }
    }

    private static bool Simple(Type type)
        => (Nullable.GetUnderlyingType(type) ?? type) is { } plain
            && (plain.IsPrimitive || plain.IsEnum || plain == typeof(string)
                || typeof(IReadOnlyList<double>).IsAssignableFrom(plain));

    private static string Text(object? value) => value switch
    {
        null => "none",
        string text => text,
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IEnumerable items => string.Join(" ", items.Cast<object?>().Select(Text)),
        _ => value.ToString() ?? "",
    };
}
