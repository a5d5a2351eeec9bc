using MaaS.Onnx.Inference;


namespace MaaS.Onnx.Tests.Inference;

public sealed class InferenceModelTests
{
    [Test]
    public void Load_Linear_DescribesInputsAndOutputs()
    {
        using var model = InferenceFixture.Load("linear");

        Assert.That(model.Inputs, Is.EqualTo(new[] { new TensorSpec("x", ElementType.Float32, [-1, 4]) }));
        Assert.That(model.Inputs[0].ToString(), Is.EqualTo("x: float32[batch,4]"));
        Assert.That(model.Outputs[0].ToString(), Is.EqualTo("y: float32[batch,3]"));
    }

    [Test]
    public void Run_SeveralBatchSizes_EqualsNumpy()
    {
        using var model = InferenceFixture.Load("linear");
        var (x, y) = InferenceFixture.Linear();

        foreach (var batch in new[] { 5, 1, 0 })
        {
            using var outputs = model.Run(TensorValue.Of(x.AsMemory(0, batch * 4), batch, 4));

            Assert.That(outputs["y"].Shape.ToArray(), Is.EqualTo(new long[] { batch, 3 }));
            Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(y[..(batch * 3)]).Within(1e-6));
        }
    }

    [Test]
    public void Load_Bytes_RunsLikeTheFile()
    {
        using var model = InferenceModel.Load(File.ReadAllBytes(InferenceFixture.PathOf("linear.onnx")));
        var (x, y) = InferenceFixture.Linear();

        using var outputs = model.Run(TensorValue.Of(x, 5, 4));

        Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(y).Within(1e-6));
    }

    [Test]
    public void Run_MixedTypes_PassesIntegersBoolsAndText()
    {
        using var model = InferenceFixture.Load("mixed");

        using var outputs = model.Run(new Dictionary<string, TensorValue>
        {
            ["words"] = TensorValue.OfStrings(["", "grüße"], 2),
            ["numbers"] = TensorValue.Of(new[] { 1L, long.MaxValue - 1 }, 2),
            ["flags"] = TensorValue.Of(new[] { false, true }, 2),
        });

        Assert.That(outputs["sum"].AsSpan<long>().ToArray(), Is.EqualTo(new[] { 1, long.MaxValue }));
        Assert.That(outputs["echo"].Strings.ToArray(), Is.EqualTo(new[] { "", "grüße" }));
    }

    [Test]
    public void Run_SelectedOutputs_ReturnsThemInThatOrder()
    {
        using var model = InferenceFixture.Load("mixed");
        TensorValue[] inputs = [
            TensorValue.Of(new[] { 1L }, 1), TensorValue.Of(new[] { true }, 1), TensorValue.OfStrings(["a"], 1),
        ];

        using var outputs = model.Run(inputs, ["echo", "sum"]);

        Assert.That(outputs.Specs.Select(s => s.Name), Is.EqualTo(new[] { "echo", "sum" }));
        Assert.That(outputs[1].AsSpan<long>()[0], Is.EqualTo(2));
        Assert.That(
            () => model.Run(inputs, ["other"]),
            Throws.TypeOf<ModelInputException>().With.Message.Contains("[sum, echo], got 'other'"));
    }

    [Test]
    public void Run_Half_KeepsBits()
    {
        using var model = InferenceFixture.Load("half");

        using var outputs = model.Run(TensorValue.Of(new[] { (Half)1.5f, Half.MaxValue }, 2));

        Assert.That(outputs[0].AsSpan<Half>().ToArray(), Is.EqualTo(new[] { (Half)(-1.5f), Half.MinValue }));
    }

    [Test]
    public void Run_WrongInputs_NamesExpectedAndGot()
    {
        using var model = InferenceFixture.Load("linear");
        using var two = InferenceFixture.Load("mixed");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                () => model.Run(TensorValue.Of(new float[5], 1, 5)),
                Throws.TypeOf<ModelInputException>()
                    .With.Message.EqualTo("linear.onnx: input 'x': expected float32[batch,4], got float32[1,5]."));
            Assert.That(
                () => model.Run(TensorValue.Of(new double[4], 1, 4)),
                Throws.TypeOf<ModelInputException>()
                    .With.Message.Contains("expected float32[batch,4], got float64[1,4]"));
            Assert.That(
                () => model.Run(TensorValue.Of(new float[4], 4)),
                Throws.TypeOf<ModelInputException>().With.Message.Contains("got float32[4]"));
            Assert.That(
                () => model.Run(new Dictionary<string, TensorValue> { ["z"] = TensorValue.Of(new float[4], 1, 4) }),
                Throws.TypeOf<ModelInputException>().With.Message.Contains("expected the inputs [x], got [z]"));
            Assert.That(
                () => two.Run(TensorValue.Of(new float[4], 4)),
                Throws.TypeOf<ModelInputException>().With.Message.Contains("expected 3 inputs"));
        }
    }

    [Test]
    public void Run_ModelFails_ThrowsAndStaysUsable()
    {
        using var model = InferenceFixture.Load("gather");

        Assert.That(
            () => model.Run(TensorValue.Of(new[] { 7L }, 1)),
            Throws.TypeOf<InferenceException>().With.Message.Contains("int64[1]"));
        using var outputs = model.Run(TensorValue.Of(new[] { 2L }, 1));
        Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(new[] { 4f, 5f }));
    }

    [Test]
    public void Run_CancelledToken_Throws()
    {
        using var model = InferenceFixture.Load("linear");

        Assert.That(
            () => model.Run(TensorValue.Of(new float[4], 1, 4), new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Load_NoModel_Throws()
    {
        Assert.That(() => InferenceModel.Load("/nowhere/model.onnx"), Throws.TypeOf<FileNotFoundException>());
        Assert.That(
            () => InferenceModel.Load([1, 2, 3], "broken"),
            Throws.TypeOf<InferenceException>().With.Message.StartsWith("broken: expected an ONNX model"));
    }

    [Test]
    public void Run_ManyThreads_NeverMixesResults()
    {
        using var model = InferenceFixture.Load("linear");
        var (x, y) = InferenceFixture.Linear();

        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            var row = i % 5;
            using var outputs = model.Run(TensorValue.Of(x.AsMemory(row * 4, 4), 1, 4));
            Assert.That(outputs[0].AsSpan<float>().ToArray(), Is.EqualTo(y[(row * 3)..(row * 3 + 3)]).Within(1e-6));
        });
    }

    [Test]
    public void Dispose_WhileOthersRun_NeverCrashesAndEndsInObjectDisposed()
    {
        for (var round = 0; round < 5; round++)
        {
            var model = InferenceFixture.Load("linear");
            using var running = new CountdownEvent(3);
            var runners = Enumerable.Range(0, running.InitialCount).Select(_ => Task.Run(() =>
            {
                model.Run(TensorValue.Of(new float[4], 1, 4)).Dispose();
                running.Signal();
                while (true)
                {
                    model.Run(TensorValue.Of(new float[4], 1, 4)).Dispose();
                }
            })).ToArray();
            Assert.That(running.Wait(TimeSpan.FromSeconds(20)));

            model.Dispose();

            foreach (var runner in runners)
            {
                Assert.That(async () => await runner, Throws.TypeOf<ObjectDisposedException>());
            }
        }
    }

    [Test]
    public void Outputs_AfterDispose_RefuseAccess()
    {
        using var model = InferenceFixture.Load("linear");
        var outputs = model.Run(TensorValue.Of(new float[4], 1, 4));
        var (value, memory) = (outputs[0], outputs[0].Data);

        outputs.Dispose();

        Assert.That(() => value.AsSpan<float>()[0], Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => memory.Span[0], Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCase("linear")]
    [TestCase("mixed")]
    [TestCase("half")]
    public void WarmUp_AnyInputTypes_Runs(string name)
    {
        using var model = InferenceFixture.Load(name);

        Assert.That(model.WarmUp, Throws.Nothing);
    }
}
