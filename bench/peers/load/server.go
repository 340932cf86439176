package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// server is the process under measurement.
type server struct{ pid int }

// cpu is the time on the processor that all threads of the process had; exact, unlike the ticks of /proc (clock_getcpuclockid(3)).
func (s server) cpu() (time.Duration, error) {
	const wholeProcess = 2
	var spent unix.Timespec
	if err := unix.ClockGettime(int32(^s.pid<<3|wholeProcess), &spent); err != nil {
		return 0, err
	}
	return time.Duration(spent.Nano()), nil
}

var memoryLine = regexp.MustCompile(`(?m)^(VmRSS|VmHWM):\s+(\d+) kB`)

// memory is what the process occupies now and the most that it ever did, in KiB.
func (s server) memory() (now, most float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, 0, err
	}
	for _, found := range memoryLine.FindAllSubmatch(status, -1) {
		value, _ := strconv.ParseFloat(string(found[2]), 64)
		if string(found[1]) == "VmRSS" {
			now = value
		} else {
			most = value
		}
	}
	return now, most, nil
}

// collected is the memory once the garbage is gone; both servers collect it on SIGUSR2.
func (s server) collected() (float64, error) {
	for range 3 {
		if err := syscall.Kill(s.pid, syscall.SIGUSR2); err != nil {
			return 0, err
		}
		time.Sleep(500 * time.Millisecond)
	}
	now, _, err := s.memory()
	return now, err
}

// api sends requests that were written beforehand, on one connection.
type api struct {
	conn   net.Conn
	reader *bufio.Reader
}

func dialAPI(address string) (*api, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	return &api{conn: conn, reader: bufio.NewReader(conn)}, nil
}

// call answers when the request was sent and when its answer was there.
func (a *api) call(request []byte) (asked, answered time.Time, err error) {
	asked = time.Now()
	if _, err = a.conn.Write(request); err != nil {
		return
	}
	response, err := http.ReadResponse(a.reader, nil)
	if err != nil {
		return
	}
	text, err := io.ReadAll(response.Body)
	answered = time.Now()
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("a change was answered with %s: %s", response.Status, text)
	}
	return
}
