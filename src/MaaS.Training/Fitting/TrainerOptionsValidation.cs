namespace MaaS.Training.Fitting;

/// <summary>The ranges of a trainer's options.</summary>
internal static class TrainerOptionsValidation
{
    /// <exception cref="ArgumentException">At least one value is out of its range; the message names all of
    /// them.</exception>
    public static void Require(TrainerOptions options)
    {
        List<string> failures = [];
        void Expect(bool holds, string name, string expected, object? got)
        {
            if (!holds)
            {
                failures.Add(FormattableString.Invariant($"{name}: expected {expected}, got {got}"));
            }
        }

        Length(options, Expect);
        Updates(options, Expect);
        Machine(options, Expect);
        Rules(options, Expect);
        Files(options, Expect);
        if (failures.Count > 0)
        {
            throw new ArgumentException($"TrainerOptions: {string.Join("; ", failures)}.");
        }
    }

    private static void Length(TrainerOptions o, Action<bool, string, string, object?> expect)
    {
        expect(o.Epochs >= 1, nameof(o.Epochs), "at least 1", o.Epochs);
        expect(o.StepsPerEpoch is null or >= 1, nameof(o.StepsPerEpoch), "at least 1", o.StepsPerEpoch);
        expect(o.BatchSize >= 1, nameof(o.BatchSize), "at least 1", o.BatchSize);
        expect(o.AccumulationSteps >= 1, nameof(o.AccumulationSteps), "at least 1", o.AccumulationSteps);
        expect(
            o.ValidationBatchSize is null or >= 1, nameof(o.ValidationBatchSize), "at least 1", o.ValidationBatchSize);
        expect(
            o.ValidationFraction is >= 0 and < 1, nameof(o.ValidationFraction), "0 to below 1", o.ValidationFraction);
        expect(
            o.EarlyStoppingPatience is null or >= 1, nameof(o.EarlyStoppingPatience), "at least 1",
            o.EarlyStoppingPatience);
    }

    private static void Updates(TrainerOptions o, Action<bool, string, string, object?> expect)
    {
        expect(Enum.IsDefined(o.Optimizer), nameof(o.Optimizer), "a known optimizer", o.Optimizer);
        expect(Enum.IsDefined(o.Schedule), nameof(o.Schedule), "a known schedule", o.Schedule);
        expect(
            Enum.IsDefined(o.SchedulerUnit), nameof(o.SchedulerUnit), "a known unit", o.SchedulerUnit);
        expect(
            o.LearningRate > 0 && double.IsFinite(o.LearningRate), nameof(o.LearningRate), "above 0", o.LearningRate);
        expect(o.Momentum is >= 0 and < 1, nameof(o.Momentum), "0 to below 1", o.Momentum);
        expect(o.WeightDecay >= 0 && double.IsFinite(o.WeightDecay), nameof(o.WeightDecay), "0 or more", o.WeightDecay);
        expect(o.ScheduleStepEpochs >= 1, nameof(o.ScheduleStepEpochs), "at least 1", o.ScheduleStepEpochs);
        expect(
            o.ScheduleGamma > 0 && double.IsFinite(o.ScheduleGamma), nameof(o.ScheduleGamma), "above 0",
            o.ScheduleGamma);
        expect(o.WarmupSteps >= 0, nameof(o.WarmupSteps), "0 or more", o.WarmupSteps);
        expect(o.WarmupShare is >= 0 and < 1, nameof(o.WarmupShare), "0 to below 1", o.WarmupShare);
        expect(
            o.WarmupShare == 0 || o.WarmupSteps == 0, nameof(o.WarmupShare), "0 beside WarmupSteps", o.WarmupShare);
        expect(
            o.SchedulerFactory is null || o.OptimizerFactory is not null, nameof(o.SchedulerFactory),
            "an OptimizerFactory beside it", "none");
        expect(o.LabelSmoothing is >= 0 and < 1, nameof(o.LabelSmoothing), "0 to below 1", o.LabelSmoothing);
        expect(
            o.ClassWeights?.All(static w => w > 0 && double.IsFinite(w)) ?? true, nameof(o.ClassWeights),
            "weights above 0", o.ClassWeights is null ? null : string.Join(", ", o.ClassWeights));
        expect(o.GradientClipNorm is null or > 0, nameof(o.GradientClipNorm), "above 0", o.GradientClipNorm);
        expect(o.GradientClipValue is null or > 0, nameof(o.GradientClipValue), "above 0", o.GradientClipValue);
        expect(
            o.Augmentation is null or { MaxShift: >= 0 }, nameof(o.Augmentation), "a shift of 0 or more",
            o.Augmentation?.MaxShift);
    }

    private static void Machine(TrainerOptions o, Action<bool, string, string, object?> expect)
    {
        expect(Enum.IsDefined(o.Precision), nameof(o.Precision), "a known precision", o.Precision);
        expect(DeviceChoice.IsName(o.Device), nameof(o.Device), DeviceChoice.Names, o.Device);
        expect(o.Threads >= 0, nameof(o.Threads), "0 or more", o.Threads);
        expect(o.Workers >= 0, nameof(o.Workers), "0 or more", o.Workers);
        expect(
            !o.SynchronizeBatchNorm || o.Workers <= 1, nameof(o.Workers), "0 or 1 with SynchronizeBatchNorm",
            o.Workers);
    }

    private static void Rules(TrainerOptions o, Action<bool, string, string, object?> expect)
    {
        foreach (var rule in o.ParameterRules)
        {
            var name = $"{nameof(o.ParameterRules)} '{rule.Names}'";
            expect(!string.IsNullOrEmpty(rule.Names), name, "names of parameters", "none");
            expect(rule.MaxAxes is null or >= 0, name, "axes of 0 or more", rule.MaxAxes);
            expect(
                rule.LearningRateFactor is not { } factor || (factor >= 0 && double.IsFinite(factor)), name,
                "a factor of 0 or more", rule.LearningRateFactor);
            expect(
                rule.WeightDecay is not { } decay || (decay >= 0 && double.IsFinite(decay)), name,
                "a weight decay of 0 or more", rule.WeightDecay);
            expect(
                rule.FrozenUntilEpoch is null or >= 1, name, "an epoch of at least 1", rule.FrozenUntilEpoch);
        }
    }

    private static void Files(TrainerOptions o, Action<bool, string, string, object?> expect)
    {
        expect(!o.Resume || o.Checkpointing, nameof(o.Resume), "a CheckpointPath to resume from", "none");
        if (o.Checkpoints is not { } checkpoints)
        {
            return;
        }

        expect(o.CheckpointPath is null, nameof(o.Checkpoints), "no CheckpointPath beside it", o.CheckpointPath);
        expect(!string.IsNullOrWhiteSpace(checkpoints.Folder), nameof(checkpoints.Folder), "a folder", "none");
        expect(
            checkpoints.EverySteps is null or >= 1, nameof(checkpoints.EverySteps), "at least 1",
            checkpoints.EverySteps);
        expect(
            checkpoints.Every is not { } time || time > TimeSpan.Zero, nameof(checkpoints.Every), "above 0",
            checkpoints.Every);
        expect(
            checkpoints.EveryEpochs is null or >= 1, nameof(checkpoints.EveryEpochs), "at least 1",
            checkpoints.EveryEpochs);
        expect(checkpoints.KeepLast >= 1, nameof(checkpoints.KeepLast), "at least 1", checkpoints.KeepLast);
    }
}
