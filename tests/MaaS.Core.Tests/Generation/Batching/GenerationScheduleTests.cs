using MaaS.Core.Generation.Batching;

namespace MaaS.Core.Tests.Generation.Batching;

/// <summary>The schedule step by step, without threads.</summary>
public sealed class GenerationScheduleTests
{
    private GenerationSchedule _schedule = null!;
    private long _numbers;

    [SetUp]
    public void Begin() => _schedule = new GenerationSchedule(
        TinyDecoder.Load(), TinyDecoder.MaxLength, new() { MaxRows = 4, ChunkLength = 10, IdleChunkLength = 50 });

    [TearDown]
    public void End() => _schedule.Dispose();

    private Sequence Add(int prompt, int tokens, string? caller = null)
    {
        var sequence = new Sequence(
            TinyDecoder.Prompt(new Random((int)_numbers), prompt), new() { MaxNewTokens = tokens }, caller)
        {
            Number = _numbers++,
        };
        _schedule.Add(sequence);
        return sequence;
    }

    private static int Written(Sequence sequence) => sequence.Tokens.Count - sequence.PromptLength;

    [Test]
    public void Step_LongPromptBesideAText_LetsTheTextHaveATokenAfterEachChunk()
    {
        var text = Add(5, 100);
        _schedule.Step();
        Assert.That(Written(text), Is.EqualTo(2), "its prompt at once, and a token more");
        var prompt = Add(200, 5);
        for (var step = 1; step <= 20; step++)
        {
            Assert.That(Written(prompt), Is.Zero);
            _schedule.Step();
            Assert.That(Written(text), Is.EqualTo(2 + step));
        }

        Assert.That(Written(prompt), Is.EqualTo(2));
    }

    [Test]
    public void Step_TextThatEnds_MakesRoomForTheNextAtOnce()
    {
        var texts = Enumerable.Range(0, 4).Select(i => Add(3, 6 + (10 * i))).ToArray();
        var waiting = Add(3, 5);
        var steps = 0;
        while (Written(texts[0]) < 6)
        {
            _schedule.Step();
            steps++;
        }

        Assert.That(Written(waiting), Is.Zero);
        _schedule.Step();
        Assert.That(Written(waiting), Is.EqualTo(2));
        Assert.That(texts[1..].Select(Written), Has.All.LessThan(40), "nobody waited for their ends");
    }

    [Test]
    public void Step_RowFallsFree_GoesToTheCallerWithFewerTexts()
    {
        var first = Enumerable.Range(0, 3).Select(i => Add(3, 20 + i, "many")).Append(Add(3, 200, "few")).ToArray();
        for (var i = 0; i < 6; i++)
        {
            _schedule.Step();
        }

        var waiting = Enumerable.Range(0, 5).Select(_ => Add(3, 50, "many")).ToArray();
        var few = Add(3, 50, "few");
        while (Written(first[0]) < 20)
        {
            _schedule.Step();
        }

        _schedule.Step();
        Assert.That(Written(few), Is.EqualTo(2));
        Assert.That(waiting.Select(Written), Has.All.Zero);
        Assert.That(_schedule.Status.Preemptions, Is.Zero);
    }

    [Test]
    public void Step_AllRowsOfOneCaller_GivesOneToACallerWithoutAny()
    {
        var many = Enumerable.Range(0, 4).Select(_ => Add(3, 200, "many")).ToArray();
        for (var i = 0; i < 6; i++)
        {
            _schedule.Step();
        }

        var one = Add(3, 10, "one");
        _schedule.Step();

        Assert.That(Written(one), Is.EqualTo(2));
        Assert.That(_schedule.Status.Preemptions, Is.EqualTo(1));
        Assert.That(many[^1].Computed, Is.Zero, "the youngest waits");
        while (!_schedule.IsIdle)
        {
            _schedule.Step();
        }

        Assert.That(many.Select(Written), Has.All.EqualTo(200));
        Assert.That(_schedule.Status.Preemptions, Is.EqualTo(1), "nobody else had no text");
    }

    [Test]
    public void Step_OneLongTextBesideShortOnes_KeepsThemInBatchesOfTheirOwn()
    {
        Add(240, 10);
        for (var i = 0; i < 3; i++)
        {
            Add(2, 100);
        }

        while (!_schedule.IsIdle)
        {
            _schedule.Step();
            Assert.That(_schedule.PaddedPlaces, Is.AtMost((2 * _schedule.ComputedTokens) + (64 * 4)));
        }
    }

    [Test]
    public void Step_NothingToDo_DoesNothing()
    {
        _schedule.Step();

        Assert.That(_schedule.IsIdle);
        Assert.That((_schedule.Status.Running, _schedule.Status.UsedBlocks), Is.EqualTo((0, 0)));
    }
}
